"""The committed notebooks: executed in place, from top to bottom, in a store of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from lifeboat import store

CELL_SECONDS = 600
"""Seconds after which a cell is given up."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""What a notebook says of itself, the same for anyone who executes it."""


def paths() -> list[Path]:
    """List the notebooks in their order."""
    return sorted((store.project_folder() / "notebooks").glob("[0-9]*.ipynb"))


def kernel_config() -> Config:
    """Return the settings of the kernels that execute notebooks: what they say on their ports is encrypted."""
    return Config({"KernelManager": {"transport_encryption": "auto"}})


def refresh(prefixes: Sequence[str]) -> Iterator[Path]:
    """Execute notebooks in place, one after another; those before them run too, but are left as they are.

    Parameters
    ----------
    prefixes : sequence of str
        How the names begin, such as ``03``; all notebooks if empty.

    Yields
    ------
    Path
        Each notebook that was written.
    """
    wanted = [path for path in paths() if not prefixes or path.name.startswith(tuple(prefixes))]
    with store.temporary():
        for path in [path for path in paths() if wanted and path <= wanted[-1]]:
            notebook = nbformat.read(path, as_version=4)
            execute(notebook, path.parent)
            if path in wanted:
                nbformat.write(notebook, path)
                yield path


def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Execute a notebook in a working directory, and drop what says when and where it ran: a diff shows only meaning.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place: it gets its outputs.
    folder : Path
        The working directory of its kernel.
    """
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
        timeout=CELL_SECONDS,
        config=kernel_config(),
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
