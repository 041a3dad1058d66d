"""Whatever was taken is put into one PDF, or refused by name: no shape of it makes more trouble than that."""

import io

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from given_contents import pdf, pdf_of
from lockportal.core.errors import Refused
from lockportal.documents import merging
from lockportal.documents.merging import merged
from lockportal.safely.papers import check_pdf

PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
KIDS = b"<</Type/StructElem/S/P/P 4 0 R>>"
SOUND = b"/StructTreeRoot 4 0 R", b"/StructParents 0", b"<</K 5 0 R/ParentTree<</Nums[0[5 0 R]]>>/RoleMap<</P/Span>> >>"


def tagged(catalog=b"", page=b"", tree=SOUND[2], more=b"null"):
    """A PDF whose catalog, page, structure and one object more have these words."""
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R" + (catalog or SOUND[0]) + b">>",
        PAGES,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]" + (page or SOUND[1]) + b">>",
        tree,
        KIDS,
        more,
    )


def whole(*contents):
    """Put PDFs into one; answer it open."""
    size, chunks = merged([(f"K-{n}", [content]) for n, content in enumerate(contents)], "all")
    content = b"".join(chunks)
    assert len(content) == size
    return pikepdf.open(io.BytesIO(content))


ODD = {
    "a structure that is a number": {"catalog": b"/StructTreeRoot 7"},
    "a structure that is none": {"tree": b"null"},
    "a structure that is a list": {"tree": b"[1 2]"},
    "an empty structure": {"tree": b"<<>>"},
    "kids that are a number": {"tree": b"<</K 7>>"},
    "kids that are numbers": {"tree": b"<</K[7(a)null/B]>>"},
    "kids that are their own": {"tree": b"<</K 4 0 R>>"},
    "roles that are a number": {"tree": b"<</RoleMap 7>>"},
    "parents that are a number": {"tree": b"<</ParentTree 7>>"},
    "parents under no number": {"tree": b"<</ParentTree<</Nums[(a)5 0 R]>> >>"},
    "parents that lack the last": {"tree": b"<</ParentTree<</Nums[0]>> >>"},
    "parents that go round": {"tree": b"<</ParentTree 6 0 R>>", "more": b"<</Kids[6 0 R]>>"},
    "a key that is a word": {"page": b"/StructParents(a)"},
    "a key that is huge": {"page": b"/StructParents 9223372036854775807"},
    "notes that are a number": {"page": b"/Annots 7"},
    "notes that are numbers": {"page": b"/Annots[7 null(a)]"},
    "resources that are a number": {"page": b"/Resources 7"},
    "forms that are a number": {"page": b"/Resources<</XObject 7>>"},
    "forms that are numbers": {"page": b"/Resources<</XObject<</A 7/B null>> >>"},
    "contents that are a number": {"page": b"/Contents 7"},
    "contents that are no contents": {"page": b"/Contents[7 3 0 R null]"},
    "a language that is a number": {"catalog": SOUND[0] + b"/Lang 7"},
    "packed in no known way": {"more": b"<</Filter/Nonsense/Length 1>>stream\nx\nendstream", "page": b"/Contents 6 0 R"},
    "packed and damaged": {"more": b"<</Filter/FlateDecode/Length 1>>stream\nx\nendstream", "page": b"/Contents 6 0 R"},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_is_odd_within_a_pdf_that_was_taken_hinders_nothing(odd):
    content = tagged(**odd)
    check_pdf(content)
    for contents in ((content, tagged()), (tagged(), content)):
        with whole(*contents) as made:
            assert len(made.pages) == 2


def test_one_structure_that_is_none_leaves_the_whole_without():
    with whole(tagged(), tagged()) as made:
        assert len(made.Root.StructTreeRoot.K) == 2
    with whole(tagged(), tagged(tree=b"<</ParentTree 7>>")) as made:
        assert "/StructTreeRoot" not in made.Root
        assert [int(page.obj.StructParents) for page in made.pages] == [0, 0]


def test_what_cannot_be_put_together_at_all_is_refused(monkeypatch):
    def fail(*given, **how):
        raise TypeError

    monkeypatch.setattr(merging, "_joined", fail)
    with pytest.raises(Refused) as refused:
        whole(pdf(), pdf())
    assert (refused.value.code, refused.value.field) == ("bundle.unreadable", "document_ids")


def test_parts_are_only_so_much_together(monkeypatch):
    heavy = tagged(page=b"/X[" + b"1 " * 500 + b"]")
    monkeypatch.setattr(merging, "_MOST_WORDS", 1_100)
    with whole(heavy, pdf()) as made:
        assert len(made.pages) == 2
    with pytest.raises(Refused) as refused:
        whole(heavy, heavy)
    assert (refused.value.code, refused.value.field) == ("bundle.too_heavy", "document_ids")


WORDS = st.sampled_from(
    b"7|null|(a)|/P|/K|/S|/Nums|/Kids|/ParentTree|/RoleMap|/StructParent 0|3 0 R|4 0 R|5 0 R|6 0 R|9 0 R|<<|>>|[|]".split(b"|")
)
TEXT = st.lists(WORDS, max_size=10).map(b" ".join)


@given(TEXT, TEXT, TEXT)
def test_a_pdf_of_any_words_that_was_taken_is_merged_or_refused_by_name(page, tree, more):
    content = tagged(page=b"/X " + page, tree=b"<<" + tree + b">>", more=b"<<" + more + b">>")
    try:
        check_pdf(content)
    except Refused:
        return
    try:
        whole(content, tagged()).close()
    except Refused as refused:
        assert refused.code == "bundle.unreadable"  # noqa: PT017 - either way is right
