"""The command line: it parses, calls the library and prints; ``lifeboat --help`` lists the verbs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from traceback import format_exception
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lifeboat import bulk_commands, store
from lifeboat import model_commands as models
from lifeboat.days import as_day, today
from lifeboat.errors import LifeboatError, in_short, is_of_the_store
from lifeboat.operate import records


class Place(StrEnum):
    """Where a model is trained."""

    here = "here"
    modal = "modal"


app = typer.Typer(
    help="Lifeboat: a complete machine-learning system on the Titanic data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(models.app, name="models")
app.command()(bulk_commands.synthesize)
app.command()(bulk_commands.score)
console = Console()
Approve = Annotated[bool, typer.Option("--approve", help="a new model waits for `lifeboat models promote`")]
Day = Annotated[str | None, typer.Option(metavar="DAY", help="a date such as 2026-11-24 (UTC)")]


@app.callback()
def common(
    debug: Annotated[bool, typer.Option("--debug", help="show the traceback of an error")] = False,
) -> None:
    """Options of every command; `main` looks at them."""


@app.command()
def run(
    pipeline: Annotated[str, typer.Argument(help="a pipeline of scheduled/pipelines.yml")] = "all",
    start: Day = None,
    end: Day = None,
    days: Annotated[int | None, typer.Option(min=1, help="instead of start: this many days up to end")] = None,
    scenario: Annotated[str, typer.Option(help="how the world differs on these days, such as label_noise")] = "",
    approve: Approve = False,
) -> None:
    """Execute the notebooks of a pipeline, then show what the store holds."""
    from lifeboat.operate.pipelines import get_pipeline

    get_pipeline(pipeline)  # a wrong name is refused before the imports that take seconds
    from lifeboat.operate import runner, status

    if days:
        start = str(as_day("end", end or today()) - timedelta(days=days - 1))
    folder = runner.run(pipeline, start, end, scenario=scenario, approve=approve)
    console.print(status.render(status.summarize(), folder))


@app.command()
def status() -> None:
    """List the runs and say what is wrong: failed runs, missed days, open alarms; then the exit code is 1."""
    from lifeboat.operate import alerts

    table = Table("pipeline", "days", "started (UTC)", "status", "options", "error")
    for record in records.history():
        days = record.start if record.start == record.end else f"{record.start} to {record.end}"
        table.add_row(record.pipeline, days, record.started[:16], record.status, record.options, Text(record.cause))
    console.print(table if table.row_count else "No runs yet: `lifeboat run` (or `make run`) makes the first.")
    problems = alerts.problems()
    for message in problems.values():
        console.print(f"wrong: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    if missed := records.missed_days():
        console.print(f"Catch up with: lifeboat run daily --start {missed[0]} --end {missed[-1]}", soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    console.print("Nothing is wrong: no failed run, no missed day, no open alarm.", style="green")


@app.command()
def notebooks(
    names: Annotated[list[str] | None, typer.Argument(help="such as 02; all of them unless given")] = None,
) -> None:
    """Execute the committed notebooks in place, in a store of their own, and strip what editors leave behind."""
    from lifeboat.operate import notebooks as books

    for path in books.refresh(names or []):
        console.print(f"executed {path.name}")


@app.command()
def workflows() -> None:
    """Make the GitHub Actions in .github/workflows from scheduled/pipelines.yml."""
    from lifeboat.operate import workflows as actions

    for path in actions.write():
        console.print(f"wrote {path}", highlight=False, soft_wrap=True)


@app.command()
def schedule() -> None:
    """Run the pipelines at the times of scheduled/pipelines.yml, until stopped (Ctrl-C); crontab does the same."""
    from lifeboat.operate import schedule as local

    for line in local.describe():
        console.print(line, highlight=False)
    local.run_forever()


@app.command()
def spaces() -> None:
    """Serve both Spaces on this machine until stopped (Ctrl-C)."""
    from lifeboat.operate.serve import serve

    with serve() as running:
        for address, process in running.items():
            console.print(f"{Path(process.args[1]).parent.name:<8} {address}", highlight=False)
        console.print("Ctrl-C stops both.")
        with contextlib.suppress(KeyboardInterrupt):
            for process in running.values():
                process.wait()


@app.command("deploy-spaces")
def deploy_spaces(
    user: Annotated[str, typer.Argument(help="a Hugging Face user or organisation")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="put the folders together, upload nothing")] = False,
) -> None:
    """Publish both Spaces on Hugging Face."""
    from lifeboat.operate import publish

    for space in publish.deploy(user, dry_run=dry_run):
        done = "would be published" if dry_run else "published"
        console.print(
            f"{space.name}: {len(space.files)} files, {space.size / 1e6:.1f} MB in {space.folder}", soft_wrap=True
        )
        console.print(f"  {done} at {space.address}", soft_wrap=True)


@app.command()
def doctor() -> None:
    """Check this machine and the store; each failure comes with what to do."""
    from lifeboat.operate import doctor as checks

    results = list(checks.examine())
    for check in results:
        verdict = "[green]ok[/]" if check.ok else "[red]no[/]"
        console.print(f"{verdict}  {check.name}: {escape(check.found)}", soft_wrap=True)
        if not check.ok:
            console.print(f"    {check.remedy}", markup=False, soft_wrap=True)
    if not all(check.ok for check in results):
        raise typer.Exit(1)


@app.command()
def train(
    estimator: Annotated[
        str | None, typer.Argument(help="an estimator of lifeboat.survival; the default unless given")
    ] = None,
    on: Annotated[Place, typer.Option(help="train on this machine, or in a Modal container")] = Place.here,
    approve: Approve = False,
) -> None:
    """Train and register a model, unless one has the same data and settings; it predicts if it passes the gate."""
    if on is Place.modal:
        command = [sys.executable, "-m", "modal", "run", str(store.project_folder() / "scheduled" / "modal_app.py")]
        raise typer.Exit(subprocess.run(command + ["--approve"] * approve).returncode)
    from lifeboat import registry, survival, training

    project = store.login()
    model = training.train(project, estimator or survival.DEFAULT_ESTIMATOR, approve=approve)
    console.print(f"version {model.version}: {model.description}", highlight=False)
    console.print(registry.standing(project, model), highlight=False, markup=False, soft_wrap=True)


@app.command()
def learn(
    skip: Annotated[str | None, typer.Option(metavar="LESSON", help="take the test of a lesson, such as 02")] = None,
    open_: Annotated[bool, typer.Option("--open", help="open the next exercises in JupyterLab")] = False,
) -> None:
    """Show what you have done of the course, and what comes next."""
    from lifeboat.course import curriculum, source

    if skip:
        wrong = curriculum.take_test(skip, partial(curriculum.ask, console))
        console.print(*wrong or [f"All right: lesson {skip} counts as done."], sep="\n", markup=False, soft_wrap=True)
    console.print(curriculum.overview(), highlight=False, soft_wrap=True)
    if open_ and (task := curriculum.next_task()):
        notebook = source.file("exercises", task.notebook)
        as_root = ["--allow-root"] * (hasattr(os, "geteuid") and os.geteuid() == 0)  # as in most containers
        # so that its cells and terminals find `lifeboat`
        found = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        lab = [sys.executable, "-m", "jupyter", "lab", str(notebook), *as_root]
        raise typer.Exit(subprocess.run(lab, env=os.environ | {"PATH": found}).returncode)


@app.command()
def exercises() -> None:
    """Make the notebooks of exercises and solutions from notebooks/sources."""
    from lifeboat.course import build

    for path in build.build():
        console.print(f"wrote {path.parent.name}/{path.name}", highlight=False)


@app.command()
def grade(
    folder: Annotated[
        Path, typer.Argument(help="one folder per learner, with the exercise notebooks", file_okay=False)
    ],
    csv: Annotated[Path | None, typer.Option(help="write a row per learner and exercise")] = None,
    seconds: Annotated[int, typer.Option(min=5, help="for each notebook")] = 180,
    memory: Annotated[float, typer.Option(min=1, help="gigabytes for each process of a notebook")] = 6.0,
) -> None:
    """Run learners' exercises apart from each other, without network, and judge their answers."""
    from rich.progress import track

    from lifeboat.course import grading

    limits = grading.Limits(seconds=seconds, cell_seconds=max(seconds // 4, 1), memory_gb=memory)
    total = grading.how_many(folder)
    found = list(track(grading.grade(folder, limits), "grading", total, console=Console(stderr=True)))
    if csv:
        grading.write_csv(found, csv)
    console.print(grading.render(found))
    if not grading.has_namespaces():
        console.print("This machine has no user namespaces: a guard in Python kept notebooks from the network.")


@app.command()
def digest() -> None:
    """Print a checksum of each table: the same before and after a run that changed nothing."""
    from lifeboat.operate import status

    for name, checksum in status.checksums().items():
        console.print(f"{name}: {checksum}", highlight=False)


def main() -> None:
    """Run the command line.

    An error that the user can mend, or the store's, ends it with one line and exit code 1; its traceback is in the log,
    and shown with ``--debug``. Any other error is a fault of ours and shown whole.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in the Makefile; kernels and pages inherit it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # in order, as after Ctrl-C
    try:
        app()
    except Exception as error:
        log = _log(error)
        if "--debug" in sys.argv or not (isinstance(error, LifeboatError) or is_of_the_store(error)):
            raise
        say = partial(Console(stderr=True).print, highlight=False, markup=False, soft_wrap=True)
        say("error:", in_short(str(error)), style="red")
        if not isinstance(error, LifeboatError):
            say(f"The client raised this; {f'{log} has the traceback' if log else 'see it with --debug'}.")
        sys.exit(1)


def _log(error: Exception) -> Path | None:
    """Keep the traceback of an error beside the runs; None if that cannot be written."""
    log = records.runs_folder() / "errors.log"
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} lifeboat {' '.join(sys.argv[1:])}\n", *format_exception(error)]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.writelines([*lines, "\n"])
    except OSError:
        return None
    return log
