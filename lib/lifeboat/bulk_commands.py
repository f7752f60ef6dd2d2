"""The commands for many rows: make synthetic passengers, and score files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from lifeboat import store

console = Console()


def synthesize(
    n: Annotated[int, typer.Option("-n", help="how many passengers")],
    out: Annotated[Path, typer.Option(help="the folder of the Parquet files; the same call goes on after a kill")],
    seed: Annotated[int, typer.Option(help="same seed, same passengers")] = 0,
    survived: Annotated[int | None, typer.Option(help="1 or 0: of this class only")] = None,
) -> None:
    """Write synthetic passengers as Parquet files."""
    from rich.progress import Progress

    from lifeboat import synthetic

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("passengers", total=n)
        folder = synthetic.synthesize(
            n, out, seed=seed, survived=survived, progress=lambda rows: bar.update(task, completed=rows)
        )
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
) -> None:
    """Score Parquet files with a registered model."""
    from rich.progress import Progress

    from lifeboat import registry, scoring

    project = store.login()
    chosen = registry.load(project, model) if model else registry.champion(project)
    scorer = scoring.Scorer.compiled(chosen.pipeline, chosen.dataset)
    if scorer.reason:
        console.print(
            f"The pipeline itself scores, which takes longer: {scorer.reason}", highlight=False, soft_wrap=True
        )
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("rows", total=scoring.count_rows(source))
        scored, skipped = scoring.score_folder(
            scorer,
            source,
            out,
            model=f"{chosen.dataset.task} version {chosen.version}",
            on_invalid=on_invalid,
            progress=lambda rows: bar.advance(task, rows),
        )
    left_out = f", {skipped:,} left out (see *.skipped.csv)" if skipped else ""
    console.print(
        f"{scored:,} rows scored by version {chosen.version} in {out}{left_out}", highlight=False, soft_wrap=True
    )
