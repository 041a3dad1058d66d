"""Several PDFs in one, each under a bookmark, still tagged for screen readers where all of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import ModuleType
from typing import IO, Any, Final

from lockportal.core.errors import Refused

_PIECE: Final = 64 * 1024


def merged(sources: Iterable[tuple[str, Iterable[bytes]]], title: str) -> tuple[int, Iterator[bytes]]:
    """Answer the size and the pieces of one PDF made of several (title and content).

    Refused `bundle.unreadable` names the one that is broken or wants a password.
    """
    pikepdf = _pikepdf()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lockportal-")))
        whole = stack.enter_context(pikepdf.new())
        parts = []
        for number, (name, content) in enumerate(sources):
            path = folder / f"{number}.pdf"
            with path.open("wb") as file:
                file.writelines(content)
            try:
                part = stack.enter_context(pikepdf.open(path))
                first = len(whole.pages)
                whole.pages.extend(part.pages)
            except (pikepdf.PdfError, pikepdf.PasswordError) as error:
                message = f"The file of {name} cannot be read; take these documents as a ZIP."
                raise Refused("bundle.unreadable", message, field="document_ids") from error
            parts.append((name, part, first))
        with whole.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(name, first) for name, _, first in parts)
        with whole.open_metadata() as about:
            about["dc:title"] = title
        whole.Root.PageMode = pikepdf.Name.UseOutlines
        whole.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        if all("/StructTreeRoot" in part.Root for _, part, _ in parts):
            _tag(pikepdf, whole, [(part, first) for _, part, first in parts])
        out: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it is closed by whoever reads it, or when it is forgotten
        whole.save(out)
        size = out.tell()
    out.seek(0)
    return size, _read(out)


def _tag(pikepdf: ModuleType, whole: Any, parts: list[tuple[Any, int]]) -> None:  # noqa: ANN401 - an optional library's
    """Put the structures of the parts side by side; the keys by which pages find theirs are counted on from part to part."""
    root = whole.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=pikepdf.Array()))
    found, roles, base = pikepdf.NumberTree.new(whole), pikepdf.Dictionary(), 0
    for place, (part, first) in enumerate(parts):
        last = parts[place + 1][1] if place + 1 < len(parts) else len(whole.pages)
        tree = whole.copy_foreign(part.make_indirect(part.Root.StructTreeRoot))
        kids = tree.get("/K", pikepdf.Array())
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            kid.P = root
            root.K.append(kid)
        for role, stands_for in tree.get("/RoleMap", pikepdf.Dictionary()).items():
            roles[role] = stands_for
        highest = -1
        for key, value in pikepdf.NumberTree(tree.ParentTree).items() if "/ParentTree" in tree else ():
            found[base + key] = value
            highest = max(highest, key)
        _count_on(whole.pages[first:last], base)
        base += highest + 1
    root.ParentTree, root.ParentTreeNextKey, root.RoleMap = found.obj, base, roles
    whole.Root.StructTreeRoot = root
    whole.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    language = parts[0][0].Root.get("/Lang")
    if language is not None:
        whole.Root.Lang = language


def _count_on(pages: Iterable[Any], base: int) -> None:
    """Raise the keys of pages, and of what stands on them."""
    seen: set[tuple[int, int]] = set()
    for page in pages:
        forms = page.obj.get("/Resources", {}).get("/XObject", {})
        for one in (page.obj, *page.obj.get("/Annots", ()), *(form for _, form in forms.items())):
            if one.objgen in seen and one.is_indirect:
                continue
            seen.add(one.objgen)
            for name in ("/StructParents", "/StructParent"):
                if name in one:
                    one[name] = int(one[name]) + base


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _pikepdf() -> ModuleType:
    try:
        import pikepdf  # noqa: PLC0415 - an extra: whoever merges no PDFs need not have it
    except ImportError:
        raise Refused("pdf.extra_missing", 'One PDF of several needs pikepdf: pip install "lockportal[pdf]".') from None
    return pikepdf
