"""The commands of ``lifeboat models``: list, show, compare, promote and roll back what is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from lifeboat import store

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(help="The registered models.", no_args_is_help=True)
console = Console()
Version = Annotated[int, typer.Argument(min=1, help="of the model in the registry")]


@app.command("list")
def list_models() -> None:
    """List the registered versions, newest first."""
    project = store.login()  # first, for the service starts while all else is imported
    import pandas as pd

    from lifeboat import registry

    found = registry.versions(project).round(3).reset_index()
    shown = pd.DataFrame(
        {
            "version": found["version"].astype(str) + found.pop("champion").map({True: " *", False: ""}),
            "estimator": found.pop("description").astype(str).str.split(",").str[0],
            "gate": found.pop("gate"),
            "created": found.pop("created").map("{:%Y-%m-%d}".format),
        }
    ).join(found.drop(columns=["version", "expected_accuracy"]))
    show_table(shown, "No model yet: `lifeboat train` registers one.")
    if len(shown):
        console.print("* predicts; metrics are those on the test set")


@app.command()
def show(version: Version) -> None:
    """Print the model card of a version."""
    from rich.markdown import Markdown

    from lifeboat import registry

    model = registry.load(store.login(), version)
    console.print(Markdown(model.card.to_markdown().split("---\n", 2)[-1]) if model.card else model.description)


@app.command()
def sql(version: Version) -> None:
    """Print a version as an SQL expression (DuckDB) over the features: its probability of survival."""
    from lifeboat import registry, scoring

    model = registry.load(store.login(), version)
    typer.echo(scoring.to_sql(scoring.compile_pipeline(model.pipeline, model.dataset), model.dataset))


@app.command()
def compare(version: Version, other: Version) -> None:
    """Compare two versions on the test set: differences with 95% intervals."""
    from lifeboat import training

    show_table(training.compare(store.login(), version, other).round(4).reset_index(), "Nothing to compare.")


@app.command()
def promote(
    version: Version,
    force: Annotated[bool, typer.Option("--force", help="even if it did not pass the gate; this is recorded")] = False,
) -> None:
    """Make a version the champion, which predicts."""
    from lifeboat import registry

    console.print(f"version {registry.promote(store.login(), version, force=force)} predicts from now on")


@app.command()
def rollback() -> None:
    """Go back to the champion before the present one."""
    from lifeboat import registry

    console.print(f"version {registry.rollback(store.login())} predicts from now on")


def show_table(frame: pd.DataFrame, nothing: str) -> None:
    """Print a table."""
    table = Table(*map(str, frame.columns), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for row in frame.itertuples(index=False):
        table.add_row(*map(str, row))
    console.print(table if len(frame) else nothing)
