import zipfile

import pytest

from books import open_portal
from given_files import Readers, put


@pytest.fixture
def shelf(tmp_path):
    """The address of a file store."""
    return f"folder:{tmp_path / 'kept'}"


@pytest.fixture
def portal(database_url, shelf):
    made = open_portal(database_url, files=shelf, plugins=(Readers(),))
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path):
    """A function that fills a folder with files and answers it; what was in it is gone."""
    root = tmp_path / "input"

    def fill(**files):
        for old in sorted(root.rglob("*"), reverse=True):
            old.rmdir() if old.is_dir() and not old.is_symlink() else old.unlink()
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            put(root, name, content)
        return root

    return fill


@pytest.fixture
def zipped(tmp_path):
    """A function that packs files into a ZIP and answers it."""

    def pack(**files):
        path = tmp_path / "input.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return pack
