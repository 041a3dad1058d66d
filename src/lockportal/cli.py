"""The `lockportal` command: import a book, age it, check it, send its messages, keep its schema, see plugins, try the demo."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ParamSpec, TypeVar
from uuid import UUID

import click
from attrs import evolve, frozen

from lockportal import __version__
from lockportal.config import load_config
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import LockportalError, Refused
from lockportal.plugins import PluginState
from lockportal.portal import Portal, settings_classes

if TYPE_CHECKING:
    from lockportal.core.progress import Progress
    from lockportal.outbox import Delivered

P = ParamSpec("P")
T = TypeVar("T")
_FAILED = 1
_MOST_MAIL = 1_000_000_001
"""More bytes than any setting allows; what is beyond is not read."""
_TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h, which mail servers know."""


@frozen(kw_only=True)
class Wanted:
    """What the options before the command say."""

    config: Path | None
    database: str | None
    supplier: str | None

    @contextmanager
    def portal(self) -> Iterator[Portal]:
        """Open the portal that the options, lockportal.toml and the environment describe."""
        config = load_config(self.config, settings_classes(), supplier=self.supplier)
        if self.database is not None:
            config = evolve(config, database=self.database)
        portal = Portal(config)
        try:
            yield portal
        finally:
            portal.close()

    @contextmanager
    def book(self) -> Iterator[Portal]:
        """Open a portal whose schema stands: an empty database is set up, an older one is refused."""
        with self.portal() as portal:
            lacking = portal.check_schema()
            if lacking and portal.is_empty():
                portal.upgrade()
            elif lacking:
                message = f"The database is not at this version ({lacking[0]}). Run: lockportal db upgrade"
                raise Refused("database.old_schema", message, field="database")
            yield portal


def _telling(run: Callable[P, T]) -> Callable[P, T]:
    """Tell an error of lockportal in one line and end with 1, instead of a traceback."""

    @wraps(run)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return run(*args, **kwargs)
        except LockportalError as error:
            click.echo(f"lockportal: {error}", err=True)
        except Exception as error:
            if not _is_of_database(error):
                raise
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            click.echo(f"lockportal: database.failed: {reason}. Is the URL right, and the server up?", err=True)
        sys.exit(_FAILED)

    return told


def _is_of_database(error: Exception) -> bool:
    """Say whether SQLAlchemy raised it; it is imported by then, or it could not have."""
    sqlalchemy = sys.modules.get("sqlalchemy")
    lost = isinstance(error, ConnectionError) and not isinstance(error, BrokenPipeError)  # a closed pipe is the reader's wish
    return lost or (sqlalchemy is not None and isinstance(error, sqlalchemy.exc.SQLAlchemyError))


@click.group()
@click.option("--database", metavar="URL", help="sqlite:///book.db, postgresql://… or mariadb://… (LOCKPORTAL_DATABASE_URL).")
@click.option("--supplier", metavar="KEY", help="Which supplier's book (LOCKPORTAL_SUPPLIER); default: default.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The configuration file; default: lockportal.toml, if there is one.",
)
@click.version_option(__version__, prog_name="lockportal")
@click.pass_context
def main(context: click.Context, database: str | None, supplier: str | None, config: Path | None) -> None:
    """Self-serve receivables: import a book, see what is open, let customers sign in."""
    default = Path("lockportal.toml")
    context.obj = Wanted(config=config or (default if default.exists() else None), database=database, supplier=supplier)


@main.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Which column is which field, and who the customer of a file is.",
)
@click.option("--skip-bad", is_flag=True, help="Import the good rows and files and list the bad ones, instead of nothing.")
@click.pass_obj
@_telling
def import_(wanted: Wanted, path: Path, mapping: Path | None, *, skip_bad: bool) -> None:
    """Import documents from PATH: a CSV file, an e-invoice, or a folder or ZIP of them. The same twice writes nothing.

    All of it is imported or, with one bad row or file, nothing.
    """
    with wanted.book() as portal, _bars() as progress:
        report = portal.documents.import_(path, SYSTEM, mapping=mapping, skip_bad=skip_bad, progress=progress)
    for line in report.lines():
        click.echo(line, err=not report.applied)
    if not report.applied:
        click.echo("Put the rows or files right, or leave them out with --skip-bad.", err=True)
        sys.exit(_FAILED)


@contextmanager
def _bars() -> Iterator[Progress]:
    """Show progress bars on a terminal, and nothing where the output is piped."""
    from rich import progress as bar  # noqa: PLC0415 - rich takes its time; only commands that show something need it
    from rich.console import Console  # noqa: PLC0415 - as above

    columns = (bar.TextColumn("{task.description:8}"), bar.BarColumn(), bar.TaskProgressColumn(), bar.TimeRemainingColumn())
    console = Console(stderr=True)
    with bar.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total or None)
            bars.update(tasks[step], completed=done, total=total or None)

        yield progress


@main.command()
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="The day, such as 2013-06-30; default: today.")
@click.option("--by", "basis", type=click.Choice(["due", "issue"]), help="Count the age from the due or the issue date.")
@click.option("--json", "as_json", is_flag=True, help="Answer JSON.")
@click.pass_obj
@_telling
def aging(wanted: Wanted, as_of: datetime | None, basis: str | None, *, as_json: bool) -> None:
    """Show what is open by age: for each currency the buckets with count and amount."""
    models = import_module("lockportal.ledger.models")
    with wanted.book() as portal:
        day: date | None = None if as_of is None else as_of.date()
        chosen = None if basis is None else models.AgingBasis(basis)
        found = portal.ledger.aging(SYSTEM, as_of=day, basis=chosen)
    if as_json:
        click.echo(json.dumps([_aging_json(made) for made in found], indent=2))
    elif not found:
        click.echo("Nothing is open.")
    for made in () if as_json else found:
        _show_aging(made)


def _aging_json(made: Any) -> dict[str, Any]:  # noqa: ANN401 - an Aging
    return {
        "currency": made.currency,
        "as_of": made.as_of.isoformat(),
        "buckets": [
            {
                "label": bucket.label,
                "first_day": bucket.first_day,
                "last_day": bucket.last_day,
                "count": bucket.count,
                "amount": str(bucket.amount.decimal),
            }
            for bucket in made.buckets
        ],
        "open_items": str(made.open_items.decimal),
        "unapplied": str(made.unapplied.decimal),
        "balance": str(made.balance.decimal),
    }


def _show_aging(made: Any) -> None:  # noqa: ANN401 - an Aging
    from rich.bar import Bar  # noqa: PLC0415 - as for progress bars
    from rich.console import Console  # noqa: PLC0415 - as for progress bars
    from rich.table import Table  # noqa: PLC0415 - as for progress bars

    table = Table(title=f"{made.currency}, as of {made.as_of}", title_justify="left")
    table.add_column("days past due")
    table.add_column("count", justify="right")
    table.add_column("amount", justify="right")
    table.add_column("", min_width=20)
    most = max((abs(bucket.amount.minor) for bucket in made.buckets), default=0) or 1
    for bucket in made.buckets:
        bar = Bar(most, 0, max(bucket.amount.minor, 0), width=20)
        table.add_row(bucket.label, f"{bucket.count:,}", f"{bucket.amount.decimal:,}", bar)
    table.add_section()
    table.add_row("unapplied credit", f"{made.credits:,}", f"{-made.unapplied.decimal:,}", "")
    table.add_row("balance", "", f"{made.balance.decimal:,}", "")
    Console(width=None if sys.stdout.isatty() else 100).print(table)


@main.command()
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first day; default: the first of the last day's month."
)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="The last day, such as 2013-06-30; default: today.")
@click.option("--json", "form", flag_value="json", help="Answer JSON: each figure with its formula, and the months.")
@click.option("--csv", "form", flag_value="csv", help="Answer CSV: a row for each figure.")
@click.pass_obj
@_telling
def kpis(wanted: Wanted, first: datetime | None, last: datetime | None, form: str | None) -> None:
    """Show the key figures of a period: for each currency the figures with their formulae, and receivables by month."""
    telling = import_module("lockportal.kpis.telling")
    with wanted.book() as portal:
        until = portal.ledger.today() if last is None else last.date()
        since = until.replace(day=1) if first is None else first.date()
        reports = portal.kpis.report(SYSTEM, since, until)
        series = () if form == "csv" else portal.kpis.series(SYSTEM, since, until)
    if form == "csv":
        click.echo(telling.as_csv(reports), nl=False)
    elif form == "json":
        click.echo(json.dumps(telling.as_json(reports, series), indent=2, ensure_ascii=False))
    elif not reports:
        click.echo("Nothing was posted up to that day.")
    else:
        for report in reports:
            _show_kpis(report, [one for one in series if one.currency == report.currency])


def _show_kpis(report: Any, months: Sequence[Any]) -> None:  # noqa: ANN401 - a Report
    from rich.bar import Bar  # noqa: PLC0415 - as for progress bars
    from rich.console import Console  # noqa: PLC0415 - as for progress bars
    from rich.table import Table  # noqa: PLC0415 - as for progress bars

    console = Console(width=None if sys.stdout.isatty() else 120)
    figures = Table(title=f"{report.currency}, {report.period.first} to {report.period.last}", title_justify="left")
    figures.add_column("figure", no_wrap=True)
    figures.add_column("value", justify="right", no_wrap=True)
    figures.add_column("unit")
    if report.aimed:
        figures.add_column("target", justify="right", no_wrap=True)
    figures.add_column("formula")
    for figure in report.figures:
        value = "–" if figure.value is None else f"{figure.value:,}"
        mark = "" if figure.met is None else " ✓" if figure.met else " ✗"
        target = [] if not report.aimed else ["" if figure.target is None else f"{figure.target:,}{mark}"]
        figures.add_row(figure.kpi.value.replace("_", " "), value, figure.unit.value, *target, figure.formula)
    console.print(figures)
    moved = Table(title="receivables by month", title_justify="left")
    for name in ("month", "opening", "sales", "cash", "credits", "other", "closing"):
        moved.add_column(name, justify="left" if name == "month" else "right", no_wrap=True)
    moved.add_column("", min_width=20)
    most = max(max(one.closing.minor, 0) for one in months) or 1
    for one in months:
        amounts = (one.opening, one.sales, -one.cash, -one.credits, one.other, one.closing)
        bar = Bar(most, 0, max(one.closing.minor, 0), width=20)
        moved.add_row(f"{one.period.last:%Y-%m}", *(f"{amount.decimal:,}" for amount in amounts), bar)
    console.print(moved)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Answer JSON.")
@click.pass_obj
@_telling
def verify(wanted: Wanted, *, as_json: bool) -> None:
    """Recompute whatever is stored twice and tell what differs; ends with 1 if anything does."""
    with wanted.book() as portal, _bars() as progress:
        findings = portal.verify(SYSTEM, progress=progress)
    if as_json:
        shown = [{"check": f.check, "subject": f.subject, "detail": f.detail} for f in findings]
        click.echo(json.dumps(shown, indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.check} {finding.subject}: {finding.detail}")
        click.echo("Everything ties out." if not findings else f"{len(findings)} differences.")
    if findings:
        sys.exit(_FAILED)


@main.command()
@click.option("--every", type=float, metavar="SECONDS", help="Go on for ever, once in so many seconds.")
@click.pass_obj
@_telling
def tick(wanted: Wanted, every: float | None) -> None:
    """Let time pass and send what waits to be sent, as a timer or cron would have it done."""
    import time  # noqa: PLC0415 - to wait, not to tell the time

    with wanted.book() as portal:
        while True:
            done = portal.tick()
            _show_delivered(done)
            if every is None:
                sys.exit(_FAILED if done.failed else 0)
            time.sleep(every)


def _show_delivered(done: Delivered) -> None:
    more = f", {done.dead} given up" * bool(done.dead) + f", {done.waiting} waiting" * bool(done.waiting)
    click.echo(f"{done.handled} handled, {done.failed} failed{more}")


@main.command("run-due")
@click.pass_obj
@_telling
def run_due(wanted: Wanted) -> None:
    """Do all that is due now, send what comes of it, and end: for cron. Twice at once sends once."""
    with wanted.book() as portal:
        done = portal.run_due()
        while (sent := portal.deliver()).handled:
            done += sent
        done += sent
    _show_delivered(done)
    sys.exit(_FAILED if done.failed else 0)


@main.group()
def dunning() -> None:
    """Follow up what is overdue: see what the policies would do."""


@dunning.command()
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 1098), help="So many days from today on.")
@click.option("--json", "as_json", is_flag=True, help="Answer JSON.")
@click.pass_obj
@_telling
def simulate(wanted: Wanted, days: int, *, as_json: bool) -> None:
    """Show what the policies would send to the book as it stands, day by day; nothing is written."""
    with wanted.book() as portal, _bars() as progress:
        today = portal.ledger.today()
        found = portal.dunning.simulate(SYSTEM, today, today + timedelta(days=days), progress=progress)
    if as_json:
        names = ("on", "policy", "kind", "level", "name", "customers", "documents")
        shown = [
            {name: getattr(row, name) for name in names}
            | {part: [str(one) for one in getattr(row, part)] for part in ("amounts", "charges")}
            for row in found.rows
        ]
        click.echo(json.dumps(shown, indent=2, default=str))
    else:
        _show_simulation(found)


def _show_simulation(found: Any) -> None:  # noqa: ANN401 - a Simulation
    from rich.bar import Bar  # noqa: PLC0415 - as for progress bars
    from rich.console import Console  # noqa: PLC0415 - as for progress bars
    from rich.table import Table  # noqa: PLC0415 - as for progress bars

    title = f"{found.first} to {found.last}: {found.reminded:,} of {found.customers:,} customers"
    table = Table(title=title, title_justify="left")
    table.add_column("day")
    table.add_column("what")
    table.add_column("customers", justify="right")
    table.add_column("amount", justify="right")
    table.add_column("", min_width=20)
    most = max((row.customers for row in found.rows), default=0) or 1
    for row in found.rows:
        what = f"{row.policy}: {row.name}" if row.name else f"{row.policy}: {row.kind}"
        amounts = "\n".join(str(one) for one in row.amounts)
        table.add_row(str(row.on), what, f"{row.customers:,}", amounts, Bar(most, 0, row.customers, width=20))
    Console(width=None if sys.stdout.isatty() else 100).print(table)


@main.command()
@click.option("--recipient", default="", metavar="ADDRESS", help="The address of the envelope, where the mail server tells it.")
@click.argument("mail", type=click.File("rb"), default="-")
@click.pass_obj
def receive(wanted: Wanted, mail: IO[bytes], recipient: str) -> None:
    """Take a MAIL that came to the box for replies (standard input, if no file is named) and say what became of it.

    For a mail server's pipe: ends with 0 whatever became of it, so that nobody is written to about mail that was not theirs, and
    with 75 where the mail is to be handed in again.
    """
    try:
        with wanted.book() as portal:
            click.echo(portal.messages.receive(mail.read(_MOST_MAIL), recipient=recipient))
    except Refused as error:
        click.echo(f"lockportal: {error}", err=True)
        if not error.code.startswith("mail."):
            sys.exit(_TRY_AGAIN)
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail server keeps the mail
        click.echo(f"lockportal: {type(error).__name__}: this mail is to be handed in again", err=True)
        sys.exit(_TRY_AGAIN)


@main.command("fetch-mail")
@click.pass_obj
@_telling
def fetch_mail(wanted: Wanted) -> None:
    """Take what came to the box of `mailbox` and nobody has seen: for cron, every few minutes. Twice at once takes each once.

    Ends with 1 where a mail is left for the next time.
    """
    with wanted.book() as portal:
        fetched = portal.messages.fetch()
    for outcome in dict.fromkeys(fetched.outcomes):
        click.echo(f"{fetched.outcomes.count(outcome)} {outcome}")
    for code in dict.fromkeys(fetched.refused):
        click.echo(f"{fetched.refused.count(code)} {code}")
    click.echo(f"{len(fetched.outcomes) + len(fetched.refused)} seen, {fetched.failed} failed")
    sys.exit(_FAILED if fetched.failed else 0)


@main.group()
def messages() -> None:
    """See what could not be delivered, and have it delivered again."""


@messages.command()
@click.option("--json", "as_json", is_flag=True, help="Answer JSON.")
@click.pass_obj
@_telling
def dead(wanted: Wanted, *, as_json: bool) -> None:
    """List the newest dead letters: what was given up, when and why; ends with 1 if there is any."""
    with wanted.book() as portal:
        letters = portal.messages.dead_letters(by=SYSTEM, limit=200).items
    if as_json:
        names = ("id", "account_id", "receiver", "type", "attempts", "reason", "failed_at")
        shown = [{name: getattr(one, name) for name in names} for one in letters]
        click.echo(json.dumps(shown, indent=2, default=str))
    elif not letters:
        click.echo("Nothing was given up.")
    for one in () if as_json else letters:
        click.echo(f"{one.id} {one.failed_at:%Y-%m-%d %H:%M} {one.type} for {one.receiver}: {one.reason}")
    if letters:
        sys.exit(_FAILED)


@messages.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.UUID)
@click.pass_obj
@_telling
def replay(wanted: Wanted, ids: Sequence[UUID]) -> None:
    """Have dead letters delivered once more, by the next `tick`."""
    with wanted.book() as portal:
        for key in ids:
            portal.messages.replay(key, SYSTEM)
    click.echo(f"{len(ids)} will be delivered again.")


@main.group()
def db() -> None:
    """Keep the database's schema."""


@db.command()
@click.pass_obj
@_telling
def upgrade(wanted: Wanted) -> None:
    """Bring the schema up to this version; safe to run at every start."""
    with wanted.portal() as portal:
        portal.upgrade()
        click.echo("The schema is up to date.")


@db.command()
@click.pass_obj
@_telling
def check(wanted: Wanted) -> None:
    """Tell what the database lacks for this version; ends with 1 if anything."""
    with wanted.portal() as portal:
        lacking = portal.check_schema()
    for line in lacking or ("The schema is up to date.",):
        click.echo(line)
    if lacking:
        sys.exit(_FAILED)


@db.command()
@click.pass_obj
@_telling
def sql(wanted: Wanted) -> None:
    """Print the SQL that sets up the schema on the database's dialect, for those who run it by hand."""
    with wanted.portal() as portal:
        click.echo(portal.schema_sql())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Answer JSON.")
@click.pass_obj
@_telling
def plugins(wanted: Wanted, *, as_json: bool) -> None:
    """List the installed plugins, each loaded, disabled or broken and why."""
    with wanted.portal() as portal:
        states: tuple[PluginState, ...] = portal.plugin_states
    if as_json:
        fields = ("name", "distribution", "version", "state", "reason")
        click.echo(json.dumps([{name: getattr(state, name) for name in fields} for state in states], indent=2))
    elif not states:
        click.echo("No plugins are installed.")
    for state in () if as_json else states:
        reason = f": {state.reason}" if state.reason else ""
        click.echo(f"{state.name} ({state.distribution} {state.version}) {state.state}{reason}")


@main.command()
@click.option("--app", default="flask", show_default=True, help="Which example app serves the portal.")
@click.option("--gateway", default="", help="A gateway's stub by which one pays, such as stripe-stub; default: a sandbox.")
@click.option("--port", type=int, help="The port on 127.0.0.1; default: 8000, or any free one with --check.")
@click.option("--check", "checking", is_flag=True, help="Walk the whole path over HTTP, then end; with 1 if a step fails.")
@click.pass_obj
@_telling
def demo(wanted: Wanted, app: str, gateway: str, port: int | None, *, checking: bool) -> None:
    """Try the portal: a believable book, the portal on 127.0.0.1, and a link that signs you in."""
    run = import_module("lockportal.demo").run
    sys.exit(run(app=app, gateway=gateway, port=port, check=checking, database=wanted.database, echo=click.echo))
