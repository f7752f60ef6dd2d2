"""The commands for many rows: make synthetic passengers, and score files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from lifeboat import store
from lifeboat.errors import LifeboatError

if TYPE_CHECKING:
    from lifeboat.bulk import Engine

console = Console()


class On(StrEnum):
    """Where the files are worked on."""

    THREADS = "threads"
    RAY = "ray"
    MODAL = "modal"


ON = Annotated[On, typer.Option("--engine", help="where the files are worked on")]
ADDRESS = Annotated[
    str | None, typer.Option(help="of a Ray cluster: auto or host:port; without one Ray starts on this machine")
]


def synthesize(
    n: Annotated[int, typer.Option("-n", help="how many passengers")],
    out: Annotated[Path, typer.Option(help="the folder of the Parquet files; the same call goes on after a kill")],
    seed: Annotated[int, typer.Option(help="same seed, same passengers")] = 0,
    survived: Annotated[int | None, typer.Option(help="1 or 0: of this class only")] = None,
    engine: ON = On.THREADS,
    address: ADDRESS = None,
) -> None:
    """Write synthetic passengers as Parquet files."""
    from lifeboat import synthetic

    if engine is On.MODAL:
        raise LifeboatError("passengers are made where their files go: engine is 'modal'; allowed: threads, ray.")
    with _running(engine, address) as where, _progress("passengers", n) as progress:
        folder = synthetic.synthesize(n, out, seed=seed, survived=survived, engine=where, progress=progress)
    console.print(f"{n:,} passengers in {folder}", highlight=False, soft_wrap=True)


def score(
    source: Annotated[Path, typer.Option("--input", help="the folder of the Parquet files")],
    out: Annotated[Path, typer.Option("--output", help="the folder of the scores; the same call goes on after a kill")],
    model: Annotated[
        int | None, typer.Option(min=1, help="a version in the registry; the champion unless given")
    ] = None,
    on_invalid: Annotated[
        Literal["fail", "skip"], typer.Option(help="what to do about a row with a wrong value")
    ] = "fail",
    engine: ON = On.THREADS,
    address: ADDRESS = None,
) -> None:
    """Score Parquet files with a registered model."""
    if engine is On.MODAL:
        _score_on_modal(source, out, model, on_invalid)
        return
    from lifeboat import registry, scoring

    project = store.login()
    chosen = registry.load(project, model) if model else registry.champion(project)
    scorer = scoring.Scorer.compiled(chosen.pipeline, chosen.dataset)
    if scorer.reason:
        console.print(
            f"The pipeline itself scores, which takes longer: {scorer.reason}", highlight=False, soft_wrap=True
        )
    with _running(engine, address) as where, _progress("rows", scoring.count_rows(source)) as progress:
        scored, skipped = scoring.score_folder(
            scorer,
            source,
            out,
            model=scoring.model_name(chosen),
            on_invalid=on_invalid,
            engine=where,
            progress=progress,
        )
    console.print(scoring.summary(scored, skipped, chosen.version, out), highlight=False, soft_wrap=True)


@contextmanager
def _running(on: On, address: str | None) -> Iterator[Engine | None]:
    """Yield the engine that was asked for; None is the usual one of the work."""
    from lifeboat import bulk

    if on is On.RAY:
        with bulk.on_ray(address) as engine:
            yield engine
    elif address:
        raise LifeboatError(f"address is {address!r}, which only Ray has: add --engine ray, or leave it out.")
    else:
        yield None


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar, and yield what moves it on by a number of rows."""
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda rows: bar.advance(task, rows)


def _score_on_modal(source: Path, out: Path, model: int | None, on_invalid: str) -> None:
    """Let the containers of the Modal app score, each a file; the folders are those of the app's volume."""
    from modal.exception import Error

    from lifeboat import scoring
    from lifeboat.bulk import Outcome, carry_out

    modal_app = _modal_app()
    try:
        with modal_app.app.run():
            asked = {"source": str(source), "out": str(out), "on_invalid": on_invalid}
            begun = modal_app.begin_scores.remote(version=model, **asked)
            if "fault" in begun:
                raise LifeboatError(begun["fault"])
            names, version = begun["names"], begun["version"]
            said = modal_app.score_file.map(names, kwargs={"version": version, **asked}, order_outputs=False)
            with _progress("rows", begun["rows"]) as progress:
                scored, left_out = carry_out((Outcome(**each) for each in said), len(names), progress)
    except Error as fault:
        raise LifeboatError(f"Modal: {fault}") from fault
    console.print(scoring.summary(scored, left_out, version, out), highlight=False, soft_wrap=True)


def _modal_app() -> ModuleType:
    """The app, which is no part of the library: it is a file that Modal runs."""
    sys.path.insert(0, str(store.project_folder() / "scheduled"))
    return import_module("modal_app")
