"""The command line: it parses, calls the library and prints; ``lifeboat --help`` lists the verbs."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lifeboat import runner
from lifeboat.days import today
from lifeboat.errors import LifeboatError

app = typer.Typer(
    help="Lifeboat: a complete machine-learning system on the Titanic data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console()
Day = Annotated[str | None, typer.Option(metavar="DAY", help="a date such as 2026-11-24 (UTC)")]


@app.command()
def run(
    pipeline: Annotated[str, typer.Argument(help="a pipeline of scheduled/pipelines.yml")] = "all",
    start: Day = None,
    end: Day = None,
    days: Annotated[int | None, typer.Option(min=1, help="instead of start: this many days up to end")] = None,
) -> None:
    """Execute the notebooks of a pipeline, then show what the store holds."""
    from lifeboat import summary

    if days:
        start = str((date.fromisoformat(end) if end else today()) - timedelta(days=days - 1))
    folder = runner.run(pipeline, start, end)
    console.print(summary.render(summary.summarize(), folder))


@app.command()
def status() -> None:
    """List the runs, their failures and the days that the daily pipeline has missed."""
    table = Table("pipeline", "days", "started (UTC)", "status", "error")
    for record in runner.history():
        days = record.start if record.start == record.end else f"{record.start} to {record.end}"
        table.add_row(record.pipeline, days, record.started[:16], record.status, record.error.split("\n")[0])
    missed = runner.missed_days()
    console.print(table if table.row_count else "No runs yet: `lifeboat run` (or `make run`) makes the first.")
    if missed:
        console.print(f"Missed days: {', '.join(map(str, missed))}.")
        console.print(f"Catch up with: lifeboat run daily --start {missed[0]} --end {missed[-1]}")


@app.command()
def notebooks(
    names: Annotated[list[str] | None, typer.Argument(help="such as 02; all of them unless given")] = None,
) -> None:
    """Execute the committed notebooks in place, in a store of their own, and strip what editors leave behind."""
    from lifeboat import notebooks as books

    for path in books.refresh(names or []):
        console.print(f"executed {path.name}")


@app.command()
def digest() -> None:
    """Print a checksum of each table: the same before and after a run that changed nothing."""
    from lifeboat import summary

    for name, checksum in summary.checksums().items():
        console.print(f"{name}: {checksum}", highlight=False)


def main() -> None:
    """Run the command line; a `LifeboatError` ends it with its message and exit code 1."""
    try:
        app()
    except LifeboatError as error:
        Console(stderr=True).print("error:", str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)
