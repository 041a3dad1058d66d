"""PDFs per second of the renderer beside Typst alone on the same template and the same text.

Run as `python tests/benchmarks/bench_pdf.py`; it prints lines of a markdown table. Every document differs, so that
no layout is remembered. Short documents: renderer and Typst take turns, and the medians of the rounds are compared.
Long ones: each in a process of its own, as Typst remembers the last ten documents for all its compilers.
"""

import multiprocessing
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import typst

from lockportal.pdf import TypstRenderer
from lockportal.pdf.renderer import STANDARDS

ROUNDS = 5


class Observed(TypstRenderer):
    """Keeps what it hands to Typst."""

    def _compile(self, template, parts, data, moment):
        self.seen = (parts, data, moment)
        return super()._compile(template, parts, data, moment)


def money(minor):
    return {"minor": minor, "currency": "EUR"}


def statement(lines, serial):
    items = [
        {
            "date": f"2026-{1 + place % 9:02d}-{1 + place % 28:02d}",
            "number": f"INV-{serial * 10_000 + place}",
            "kind": "invoice",
            "due_on": f"2026-{2 + place % 9:02d}-{1 + place % 28:02d}",
            "reference": f"45{serial * 10_000 + place}",
            "original": money(123_456 + place * serial),
            "open": money(120_000 + place * serial),
            "days_late": place % 150,
        }
        for place in range(lines)
    ]
    total = sum(item["open"]["minor"] for item in items)
    return {
        "supplier": {
            "name": "Example Supplier",
            "address": ["1 High Street", "12345 Town"],
            "email": "ar@example.com",
            "phone": None,
            "tax_id": None,
            "bank": ["IBAN DE00 0000 0000 0000 0000 00"],
            "colour": "#0a6e4f",
            "logo": None,
            "language": "en",
            "footer": None,
        },
        "customer": {"name": f"Customer {serial}", "number": str(serial), "address": ["2 Low Street"]},
        "currency": "EUR",
        "as_of": "2026-11-22",
        "buckets": [{"label": "Current", "amount": money(total)}, {"label": "Over 30", "amount": money(0)}],
        "items": items,
        "total_open": money(total),
        "unapplied": money(0),
        "balance": money(total),
        "language": "en",
    }


def seconds(work, documents):
    began = time.perf_counter()
    made = [work(document) for document in documents]
    return (time.perf_counter() - began) / len(made)


def compare(lines, count):
    """Seconds for each document: through the renderer, through Typst alone."""
    renderer, bare = Observed(), typst.Compiler(font_paths=TypstRenderer()._all_fonts(), ignore_system_fonts=True)

    def alone(prepared):
        parts, data, moment = prepared
        return bare.compile(
            input=parts,
            sys_inputs={"data": data, "long_runs": "no"},
            pdf_standards=STANDARDS,
            timestamp=moment,
        )

    ours, theirs = [], []
    for turn in range(ROUNDS + 1):
        base = 1 + turn * 2 * count
        documents = [statement(lines, base + place) for place in range(count)]
        prepared = []
        for place in range(count):
            other = Observed()
            other._compiler = _Nothing
            other.render("statement", statement(lines, base + count + place))
            prepared.append(other.seen)
        ours.append(seconds(lambda document: renderer.render("statement", document), documents))
        theirs.append(seconds(alone, prepared))
    return median(ours[1:]), median(theirs[1:])


class _Nothing:
    """A compiler that makes nothing, to see what Typst would be given."""

    def compile(self, **_):
        return b""


def steady(side, lines, count):
    """Seconds for each document and peak MB, once ten documents went before."""
    renderer, bare = Observed(), TypstRenderer()
    if side == "typst":
        bare._forget = lambda size: None
    work = bare if side == "typst" else renderer
    spent = [seconds(lambda data: work.render("statement", data), [statement(lines, 1 + turn)]) for turn in range(count)]
    return median(spent[10:]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def threads(lines, count, workers):
    """Documents per second of one renderer in several threads."""
    renderer = TypstRenderer()
    documents = [statement(lines, 9_000 + workers * 100 + place) for place in range(count)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda document: renderer.render("statement", document), documents[: workers * 2]))
        began = time.perf_counter()
        list(pool.map(lambda document: renderer.render("statement", document), documents[workers * 2 :]))
        return (count - workers * 2) / (time.perf_counter() - began)


def main():
    """Print the comparison."""
    say("| statement | renderer, PDFs/s | Typst alone, PDFs/s | time ratio |")
    say("|---|---|---|---|")
    for lines, count in ((5, 40), (40, 20)):
        ours, theirs = compare(lines, count)
        say(f"| {lines} lines | {1 / ours:.1f} | {1 / theirs:.1f} | {ours / theirs:.3f} |")
    for lines in (400, 4_000):
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            (ours, our_peak), (theirs, their_peak) = (pool.apply(steady, (side, lines, 14)) for side in ("renderer", "typst"))
        say(
            f"| {lines} lines, the 11th and later | {1 / ours:.2f}, peak {our_peak} MB "
            f"| {1 / theirs:.2f}, peak {their_peak} MB | {ours / theirs:.3f} |"
        )
    one, two = threads(40, 60, 1), threads(40, 60, 2)
    say(f"| 40 lines, 1 → 2 threads | {one:.1f} → {two:.1f} | | {one / two:.2f} |")


def say(line):
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
