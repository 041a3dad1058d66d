"""Several PDFs in one, each under a bookmark, still tagged for screen readers where all of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import ModuleType
from typing import IO, Any, Final

from lockportal.core.errors import Refused
from lockportal.safely.extras import library
from lockportal.safely.papers import ODD, open_pdf
from lockportal.safely.weighing import MOST_WORDS, weight_of

_PIECE: Final = 64 * 1024
_MOST_WORDS: Final = 2 * MOST_WORDS
"""Words of all parts together, as each costs some 140 bytes of memory."""


def merged(sources: Iterable[tuple[str, Iterable[bytes]]], title: str) -> tuple[int, Iterator[bytes]]:
    """Answer the size and the pieces of one PDF made of several (title and content).

    Refused `bundle.unreadable` names the one that is broken, locked, or odd in its shape, `bundle.too_heavy` says that they
    are too much together. Where the structure of one is no structure, the whole is without.
    """
    pikepdf: ModuleType = library("pikepdf", "pdf", "pdf")
    odd = (pikepdf.PdfError, pikepdf.exceptions.DataDecodingError, pikepdf.exceptions.ForeignObjectError, *ODD)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lockportal-")))
        parts, weight = [], 0
        for number, (name, content) in enumerate(sources):
            path = folder / f"{number}.pdf"
            with path.open("wb") as file:
                file.writelines(content)
            try:
                part = stack.enter_context(open_pdf(path, limit=path.stat().st_size))
            except Refused as fault:
                raise _unreadable(f"The file of {name} cannot be read") from fault
            weight += weight_of(path.read_bytes())
            if weight > _MOST_WORDS:
                message = "These documents are too much for one PDF; take them as a ZIP, or fewer of them."
                raise Refused("bundle.too_heavy", message, field="document_ids")
            parts.append((name, part))
        tagged = all("/StructTreeRoot" in part.Root for _, part in parts)
        try:
            out = _joined(pikepdf, parts, title, tagged=tagged)
        except odd:
            try:
                out = _joined(pikepdf, parts, title, tagged=False)
            except odd as error:
                raise _unreadable("These files cannot be put into one") from error
    size = out.seek(0, 2)
    out.seek(0)
    return size, _read(out)


def _joined(pikepdf: ModuleType, parts: list[tuple[str, Any]], title: str, *, tagged: bool) -> IO[bytes]:
    """Put open PDFs into one, which is written to a file that is gone when it is closed, or forgotten."""
    with pikepdf.new() as whole:
        firsts = []
        for _, part in parts:
            firsts.append(len(whole.pages))
            whole.pages.extend(part.pages)
        with whole.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(name, first) for (name, _), first in zip(parts, firsts, strict=True))
        with whole.open_metadata() as about:
            about["dc:title"] = title
        whole.Root.PageMode = pikepdf.Name.UseOutlines
        whole.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        if tagged:
            _tag(pikepdf, whole, [(part, first) for (_, part), first in zip(parts, firsts, strict=True)])
        out: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it is closed by whoever reads it, or when it is forgotten
        whole.save(out)
    return out


def _unreadable(what: str) -> Refused:
    return Refused("bundle.unreadable", f"{what}; take these documents as a ZIP.", field="document_ids")


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
