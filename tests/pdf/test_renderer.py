"""How the renderer behaves: same bytes, no interpretation of data, overrides, errors that say what to do."""

import json
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

from lockportal.pdf import PdfError, TypstRenderer
from lockportal.pdf.present import clean, present

pytest.importorskip("typst")

ACTIVE = [
    "#panic()",
    "$x$",
    "*bold*",
    '#import "@preview/x:1.0.0"',
    "= Heading",
    "@label",
    "<tag>",
    "`raw`",
    "\\ #",
]


def test_the_same_data_gives_the_same_bytes(renderer, papers):
    again = TypstRenderer()
    for template in ("invoice", "credit_memo", "statement"):
        data = getattr(papers, template)()
        assert renderer.render(template, data) == renderer.render(template, data) == again.render(template, data)


def test_another_process_gives_the_same_bytes(renderer, papers):
    code = (
        "import json, sys; from lockportal.pdf import TypstRenderer; "
        "sys.stdout.buffer.write(TypstRenderer().render('statement', json.load(sys.stdin)))"
    )
    data = papers.statement(3)
    other = subprocess.run([sys.executable, "-c", code], input=json.dumps(data).encode(), capture_output=True, check=True)
    assert other.stdout == renderer.render("statement", data)


def test_threads_make_the_same_documents_as_one_after_the_other(renderer, papers):
    work = [papers.statement(3, as_of=f"2026-10-{day:02d}") for day in range(1, 6)] * 8
    alone = [renderer.render("statement", data) for data in work[:5]] * 8
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda data: renderer.render("statement", data), work))
    assert together == alone


def test_memory_of_long_documents_is_given_back(renderer, papers):
    renderer.render("statement", papers.statement(1_200))
    assert not renderer._recent
    renderer.render("statement", papers.statement(2))
    assert len(renderer._recent) == 1


def test_data_is_never_markup_or_code(renderer, papers):
    everywhere = " ".join(ACTIVE)
    data = papers.invoice(
        1,
        number=everywhere,
        notes=everywhere,
        terms=everywhere,
        customer={"name": everywhere, "number": everywhere, "address": ACTIVE},
    )
    data["lines"] = [papers.line(1, description=everywhere, product_code=everywhere, unit=everywhere)]
    text = papers.text_of(renderer.render("invoice", data))
    assert text.count("$x$ *bold* #import") >= 4
    for piece in ACTIVE:
        assert piece in text


@pytest.mark.slow
def test_naughty_strings_are_printed_or_refused_by_name(renderer, papers, public_data):
    printed = 0
    for naughty in json.loads((public_data / "adversarial" / "blns" / "blns.json").read_text()):
        data = papers.invoice(1, notes=naughty, customer={**papers.CUSTOMER, "name": naughty})
        try:
            printed += renderer.render("invoice", data).startswith(b"%PDF")
        except PdfError as error:
            assert error.code == "pdf.glyph_missing", naughty  # noqa: PT017 - some are printed
    assert printed > 400


def test_a_missing_glyph_says_which_and_what_to_do(renderer, papers):
    with pytest.raises(PdfError, match=r"日.*font_paths") as caught:
        renderer.render("invoice", papers.invoice(notes="日本"))
    assert caught.value.code == "pdf.glyph_missing"


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "שלום", "नमस्ते", "Ελληνικά", "Кириллица", "Việt Nam", "\u202eabc"])
def test_other_scripts_are_printed(renderer, papers, text):
    data = papers.invoice(1, notes=text, customer={**papers.CUSTOMER, "name": text})
    assert renderer.render("invoice", data).startswith(b"%PDF")


def test_what_cannot_be_printed_is_made_visible_or_dropped():
    assert clean("a\x00b\ud800c\ue000d") == "a�b�c�d"
    assert clean("a\u200bb\ufeff\r\nc\td") == "ab\nc d"
    assert clean("plain") == "plain"


def test_a_long_run_without_blanks_is_broken_and_nothing_is_added_to_it(renderer, papers):
    data = papers.invoice(1)
    data["lines"][0]["description"] = "Q" * 300
    text = papers.text_of(renderer.render("invoice", data))
    assert "Q" * 300 not in text
    assert "Q" * 300 in text.replace(" ", "")


def test_one_file_of_a_folder_replaces_the_bundled_one(papers, tmp_path):
    (tmp_path / "invoice.typ").write_text(
        '#import "lib.typ": *\n#show: sheet.with("Our own " + data.number)\nDue: #data.due_payable.text'
    )
    own = TypstRenderer(overrides=tmp_path)
    assert "Our own INV-20417" in papers.text_of(own.render("invoice", papers.invoice()))
    assert "Credit memo CM-311" in papers.text_of(own.render("credit_memo", papers.credit_memo()))


def test_a_folder_may_add_templates_words_and_pictures(papers, tmp_path):
    (tmp_path / "words.json").write_text('{"pl": {"invoice": "Faktura"}, "en": {"thanks": "Thank you"}}')
    (tmp_path / "slip.typ").write_text(
        '#import "lib.typ": *\n#show: sheet.with(word("receipt"))\n'
        '#word("thanks") #data.paid.text on #data.date.text'
        '\n#image("parts/mark.svg", alt: "mark")'
    )
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "mark.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    own = TypstRenderer(overrides=tmp_path)
    data = {"supplier": papers.supplier(), "date": "2026-03-01", "paid": papers.money(1_050, "RSD")}
    assert "Thank you RSD 10.50 on Mar 1, 2026" in papers.text_of(own.render("slip", data))
    assert "Faktura INV-20417" in papers.text_of(own.render("invoice", papers.invoice(language="pl")))


def test_packages_from_the_network_are_refused_with_file_and_line(tmp_path):
    (tmp_path / "statement.typ").write_text('// mine\n#import "@preview/cetz:0.3.0": canvas\n')
    with pytest.raises(PdfError, match=r"statement\.typ, line 2") as caught:
        TypstRenderer(overrides=tmp_path)
    assert caught.value.code == "pdf.template_refused"


def test_a_template_cannot_read_outside_its_folder(papers, tmp_path):
    (tmp_path / "invoice.typ").write_text('#read("/../../../../../../etc/hostname") #read("../renderer.py")')
    with pytest.raises(PdfError) as caught:
        TypstRenderer(overrides=tmp_path).render("invoice", papers.invoice())
    assert caught.value.code == "pdf.template_failed"


@pytest.mark.parametrize(
    ("files", "piece"),
    [
        ({"words.json": "[]"}, "must be JSON"),
        ({"words.json": "{"}, "must be JSON"),
        ({"x.typ": b"\xff"}, "UTF-8"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused(tmp_path, files, piece):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PdfError, match=piece):
        TypstRenderer(overrides=tmp_path)


def test_a_folder_that_does_not_exist_is_refused(papers, tmp_path):
    with pytest.raises(PdfError, match="does not exist"):
        TypstRenderer(overrides=tmp_path / "none")
    with pytest.raises(PdfError, match="no fonts"):
        TypstRenderer(font_paths=[tmp_path / "none"]).render("invoice", papers.invoice())


def test_a_missing_extra_says_what_to_install(papers, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(PdfError, match=r'pip install "lockportal\[pdf\]"') as caught:
        TypstRenderer().render("invoice", papers.invoice())
    assert caught.value.code == "pdf.extra_missing"


def test_an_unknown_template_is_named_beside_the_known_ones(renderer, papers):
    with pytest.raises(PdfError, match=r"'reciept'.*invoice") as caught:
        renderer.render("reciept", papers.invoice())
    assert caught.value.code == "pdf.template_unknown"


def test_a_template_that_fails_says_where(renderer, papers):
    data = papers.invoice()
    del data["state"]
    with pytest.raises(PdfError, match=r'invoice: .*"state".*invoice\.typ:\d+') as caught:
        renderer.render("invoice", data)
    assert caught.value.code == "pdf.template_failed"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("issued_on", {"issued_on": "2026-13-01"}),
        ("currency", {"currency": "ZZZ"}),
        ("total", {"total": {"minor": 1.5, "currency": "USD"}}),
        ("total", {"total": {"minor": 1, "currency": "usd"}}),
        ("lines[0].quantity", {"lines": [{"quantity": "many"}]}),
        ("lines[0].unit_price", {"lines": [{"unit_price": "NaN"}]}),
        ("notes", {"notes": 1.5}),
        ("portal_url", {"portal_url": "javascript:alert(1)"}),
        ("supplier.colour", {"supplier": {"colour": "red; #panic()"}}),
        ("issued_on", {"issued_on": None}),
    ],
)
def test_data_that_cannot_be_printed_is_refused_by_field(renderer, papers, field, change):
    with pytest.raises(PdfError) as caught:
        renderer.render("invoice", papers.invoice() | change)
    assert (caught.value.code, caught.value.field) == ("pdf.data_invalid", field)


@pytest.mark.parametrize(
    "logo",
    [
        "%%%",
        b64encode(b"GIF89a").decode(),
        b64encode(b"\x89PNG\r\n\x1a\nbroken").decode(),
        b64encode(b"<svg>broken").decode(),
        b64encode(
            b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
            b'<image x:href="/etc/passwd" width="9" height="9"/></svg>'
        ).decode(),
    ],
)
def test_a_logo_that_is_no_picture_is_refused(renderer, papers, logo):
    with pytest.raises(PdfError) as caught:
        renderer.render("invoice", papers.invoice(supplier=papers.supplier(logo=logo)))
    assert (caught.value.code, caught.value.field) == ("pdf.logo_unusable", "supplier.logo")


@pytest.mark.parametrize("field", ["items", "buckets", "balance", "credits"])
def test_a_statement_that_does_not_tie_out_is_refused(renderer, papers, field):
    data = papers.statement(5)
    wrong = {
        "items": data["items"][0]["open"],
        "buckets": data["buckets"][0]["amount"],
        "balance": data["balance"],
        "credits": data["credits"][0]["open"],
    }
    wrong[field]["minor"] += 1
    with pytest.raises(PdfError) as caught:
        renderer.render("statement", data)
    assert (caught.value.code, caught.value.field) == ("pdf.figures_disagree", field)


def test_a_statement_of_two_currencies_is_refused(renderer, papers):
    data = papers.statement(5)
    data["items"][0]["open"]["currency"] = "EUR"
    with pytest.raises(PdfError, match="EUR on a statement of USD"):
        renderer.render("statement", data)


def test_data_is_left_as_it_was(renderer, papers):
    data = papers.statement(3, supplier=papers.supplier(logo=papers.LOGO))
    before = json.dumps(data)
    renderer.render("statement", data)
    assert json.dumps(data) == before


def test_values_are_known_by_shape_or_name():
    shown = present(
        {
            "currency": "JPY",
            "fee": {"minor": -1050, "currency": "JPY"},
            "paid_on": "2026-01-02",
            "flags": [True, None],
        },
        "en",
    )
    assert shown["fee"] == {"minor": -1050, "currency": "JPY", "figure": "-1,050", "text": "-¥1,050"}
    assert shown["paid_on"] == {"iso": "2026-01-02", "text": "Jan 2, 2026"}
    assert shown["flags"] == [True, None]
