"""Files in a folder: where they lie, who may read them, what is on the disk when, and what a damaged one answers."""

import errno
import hashlib
import os
import stat
from pathlib import Path
from uuid import UUID

import pytest

from lockportal import Config, Portal
from lockportal.core.errors import GatewayError, NotFound, Refused
from lockportal.core.ports import Kept
from lockportal.files import LocalFiles, files_at, half, local

NORTH, SOUTH = UUID(int=1), UUID(int=2)
CONTENT = bytes(range(256)) * 1_000
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path):
    return LocalFiles(tmp_path / "files", NORTH)


def put(files, content=CONTENT):
    return files.put([content], limit=10**7).sha256


def place(files, content=CONTENT):
    name = hashlib.sha256(content).hexdigest()
    return files.folder / name[:2] / name[2:4] / name


def failure(action, code):
    with pytest.raises(GatewayError) as caught:
        action()
    assert caught.value.code == code
    return caught.value.message


def test_a_content_lies_under_its_hash_in_the_folder_of_its_supplier(files, tmp_path):
    put(files)
    put(files)
    put(LocalFiles(tmp_path / "files", SOUTH))
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {f"files/{supplier}/{NAME[:2]}/{NAME[2:4]}/{NAME}" for supplier in (NORTH, SOUTH)}
    assert place(files).read_bytes() == CONTENT


def test_nobody_else_may_read_a_file_or_enter_a_folder(files, tmp_path):
    before = os.umask(0)
    try:
        put(files)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_dir()}
    assert modes == {0o700}
    assert stat.S_IMODE(place(files).stat().st_mode) == 0o600


def test_a_content_is_read_in_pieces_of_64_kb(files):
    assert [len(piece) for piece in files.read(put(files))] == [65_536, 65_536, 65_536, 59_392]


def test_nothing_is_made_before_the_first_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    portal = Portal(Config(database="sqlite://", secret_keys=("k" * 40,)))
    files = portal.context.files
    assert not files.has(bytes(32))
    assert list(files.walk()) == []
    files.drop(bytes(32))
    with pytest.raises(NotFound):
        files.read(bytes(32))
    assert list(tmp_path.iterdir()) == []
    put(files)
    assert (tmp_path / "files" / str(portal.supplier.id) / NAME[:2] / NAME[2:4] / NAME).is_file()
    portal.close()


def test_a_folder_stays_where_it_was_when_the_process_moves_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = files_at("folder:files", NORTH)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    put(files)
    assert (tmp_path / "files").is_dir()


def test_an_address_is_a_folder_or_anothers():
    assert isinstance(files_at("folder:/somewhere", NORTH), LocalFiles)
    assert files_at("bucket:somewhere", NORTH) is None
    for empty in ("folder:", "folder: "):
        with pytest.raises(Refused) as refused:
            files_at(empty, NORTH)
        assert (refused.value.code, refused.value.field) == ("files.address_malformed", "files")


# symbolic links


def test_the_folder_itself_may_be_a_symbolic_link(files, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "files").symlink_to(tmp_path / "disk")
    assert b"".join(files.read(put(files))) == CONTENT
    assert (tmp_path / "disk" / str(NORTH)).is_dir()


def test_a_symbolic_link_in_the_place_of_a_content_is_not_followed(files, tmp_path):
    sha256 = put(files)
    (tmp_path / "secret").write_bytes(CONTENT)
    place(files).unlink()
    place(files).symlink_to(tmp_path / "secret")
    assert not files.has(sha256)
    assert list(files.walk()) == []
    with pytest.raises(NotFound):
        files.read(sha256)
    files.drop(sha256)
    put(files)
    assert not place(files).is_symlink()
    assert (tmp_path / "secret").read_bytes() == CONTENT


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_symbolic_link_in_the_place_of_a_folder_is_not_followed(files, tmp_path, level):
    sha256 = put(files)
    folder = place(files).parents[2 - level]
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert not files.has(sha256)
    assert list(files.walk()) == []
    with pytest.raises(NotFound):
        files.read(sha256)
    files.drop(sha256)
    failure(lambda: put(files), "files.unavailable")
    (kept,) = [path for path in (tmp_path / "moved").rglob("*") if path.is_file()]
    assert kept.read_bytes() == CONTENT


def test_what_is_no_content_is_not_walked_through(files):
    kept = files.put([CONTENT], limit=10**7)
    leaf = place(files).parent
    (leaf / ("f" * 64)).write_bytes(b"its name does not belong into this folder")
    (leaf / NAME.upper()).write_bytes(b"a name that no content has")
    (leaf / "notes.txt").write_bytes(b"a stranger's")
    (files.folder / "notes.txt").write_bytes(b"a stranger's")
    (files.folder / "ee").write_bytes(b"a stranger's")
    (files.folder / "new" / ("a" * 64)).write_bytes(b"half")
    other = place(files, b"a folder in the place of a content")
    other.mkdir(parents=True)
    assert list(files.walk()) == [kept]
    assert not files.has(bytes.fromhex(other.name))


# crashes and the disk


def test_what_a_crash_left_is_removed_by_its_age_when_something_is_put(files):
    put(files)
    names = {"old": 25, "young": 23}
    for name, hours in names.items():
        left = files.folder / "new" / name
        left.write_bytes(b"half")
        then = place(files).stat().st_mtime - hours * 3600
        os.utime(left, (then, then))
    (files.folder / "new" / "a folder").mkdir()
    put(files, b"another")
    assert {path.name for path in (files.folder / "new").iterdir()} == {"young", "a folder"}


def test_a_content_is_on_the_disk_before_it_has_its_name_and_its_name_before_put_answers(files, monkeypatch):
    seen, fsync, replace = [], os.fsync, Path.replace

    def name_of(handle):
        found = os.fstat(handle)
        paths = [*files.folder.parents[0].rglob("*"), *files.folder.parents]
        return next(path for path in paths if path.exists() and os.path.samestat(path.stat(), found))

    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(("fsync", name_of(handle))), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (seen.append(("replace", to)), replace(self, to)))
    put(files)
    home = place(files)
    steps = [(what, path if what == "replace" or path.is_dir() else "content") for what, path in seen]
    moved = steps.index(("replace", home))
    assert steps[:moved] == [("fsync", files.folder.parents[1]), ("fsync", "content")]
    assert {path for _, path in steps[moved + 1 :]} == {home.parent, home.parents[1], home.parents[2], home.parents[3]}
    seen.clear()
    put(LocalFiles(files.folder.parent, NORTH))
    assert {path for _, path in seen[-4:]} == {home.parent, home.parents[1], home.parents[2], home.parents[3]}
    seen.clear()
    put(files)
    assert {path for what, path in seen if path.is_dir()} == {home.parent, home.parents[1]}
    seen.clear()
    files.drop(bytes.fromhex(NAME))
    assert seen == [("fsync", home.parent)]


@pytest.mark.parametrize("call", ["write", "fsync", "mkdir"])
def test_a_disk_that_fails_is_told_and_nothing_is_kept(files, monkeypatch, call):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    assert "No space left" in failure(lambda: put(files), "files.unavailable")
    monkeypatch.undo()
    assert [path for path in files.folder.rglob("*") if path.is_file()] == []
    put(files)
    assert files.has(bytes.fromhex(NAME))


def test_a_folder_that_is_a_file_is_told_as_such(tmp_path):
    (tmp_path / "files").write_text("a file")
    failure(lambda: put(LocalFiles(tmp_path / "files", NORTH)), "files.unavailable")


@pytest.mark.parametrize(("code", "fine"), [(errno.EINVAL, True), (errno.ENOTSUP, True), (errno.EIO, False)])
def test_a_file_system_that_knows_no_fsync_of_a_folder_is_used_without(files, monkeypatch, code, fine):
    fsync = os.fsync

    def unable(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", unable)
    if fine:
        assert files.has(put(files))
    else:
        failure(lambda: put(files), "files.unavailable")


def test_a_system_where_no_folder_can_be_opened_is_used_without(files, monkeypatch):
    monkeypatch.delattr(os, "O_DIRECTORY")
    assert files.has(put(files))


def test_a_system_that_replaces_no_file_while_it_is_read_keeps_the_one_that_is_there(files, monkeypatch):
    def held(self, to):
        raise PermissionError(errno.EACCES, "it is being read")

    sha256 = put(files)
    monkeypatch.setattr(Path, "replace", held)
    assert put(files) == sha256
    failure(lambda: put(files, b"another"), "files.unavailable")
    monkeypatch.undo()
    assert list(files.walk()) == [Kept(sha256, len(CONTENT))]
    assert list((files.folder / "new").iterdir()) == []


def test_what_is_dropped_between_a_look_and_the_reading_is_not_found(files, monkeypatch):
    sha256 = put(files)
    has = LocalFiles.has

    def too_late(self, sha256):
        answer = has(self, sha256)
        place(files).unlink(missing_ok=True)
        return answer

    monkeypatch.setattr(local.LocalFiles, "has", too_late)
    with pytest.raises(NotFound):
        files.read(sha256)


# damage


@pytest.mark.parametrize(
    "damage", [CONTENT[:-1], CONTENT + b"x", b"", b"x" + CONTENT[1:], CONTENT[:131_071] + b"x" + CONTENT[131_072:]]
)
def test_a_damaged_content_is_noticed_before_its_last_piece_and_mended_by_putting_it_again(files, damage):
    sha256 = put(files)
    place(files).write_bytes(damage)
    seen = b""

    def read():
        nonlocal seen
        for piece in files.read(sha256):
            seen += piece

    assert NAME in failure(read, "file.damaged")
    assert len(seen) < max(len(damage), 1)
    assert list(files.walk()) == [Kept(sha256, len(damage))]
    put(files)
    assert b"".join(files.read(sha256)) == CONTENT


def test_a_reader_that_goes_away_leaves_nothing_open(files):
    sha256 = put(files)
    handles = Path("/proc/self/fd")
    if not handles.is_dir():
        pytest.skip("this system does not show what is open")
    before = len(list(handles.iterdir()))
    begun = files.read(sha256)
    next(begun)
    untouched = files.read(sha256)
    del begun, untouched
    for _ in range(10):
        with pytest.raises(Refused):
            files.put([CONTENT], limit=1)
    assert len(list(handles.iterdir())) == before


def test_the_age_of_a_half_is_a_day():
    assert half._STALE == 86_400
