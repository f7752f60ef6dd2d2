"""One notebook of a run, executed by papermill within its time; whatever ends it early has a clear message."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from lifeboat.errors import LifeboatError, in_short
from lifeboat.operate.notebooks import kernel_config


class RunFailed(LifeboatError):
    """A notebook of a pipeline failed; the message shows the error, the cell and where to read on."""


@dataclass
class Clock:
    """The time that a run has left, which begins with this object; it also remembers the cell that is at work.

    Attributes
    ----------
    run, cell : float
        Seconds for the whole run, and for each of its cells.
    at_work : NotebookNode or None
        The cell that was begun last, of the notebook that is executed.
    number : int
        Its number, which the kernel says too, but not if it dies first.
    """

    run: float
    cell: float
    at_work: NotebookNode | None = None
    number: int = 0
    begun: float = field(default_factory=time.monotonic)

    def begin_notebook(self) -> None:
        """Count the cells from one."""
        self.at_work, self.number = None, 0

    def seconds(self, cell: NotebookNode | None = None) -> int:
        """Return how long the next cell may take.

        Raises
        ------
        TimeoutError
            If the run has no time left.
        """
        if cell is not None and cell is not self.at_work:  # nbclient may ask twice
            self.at_work, self.number = cell, self.number + 1
        left = self.begun + self.run - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return max(1, round(min(self.cell, left)))

    def expired(self) -> str:
        """Say which of the limits was met, and how to change it."""
        whole = time.monotonic() - self.begun >= self.run - 1
        what, minutes = ("timeout", self.run / 60) if whole else ("cell_timeout", self.cell / 60)
        return (
            f"the {'run' if whole else 'cell'} took longer than {minutes:g} minutes, the `{what}` of this pipeline in "
            "scheduled/pipelines.yml"
        )


def execute_stage(
    sources: list[Path], folder: Path, parameters: dict[str, Any], clock: Clock, kernel: type[AsyncKernelManager]
) -> None:
    """Execute the notebooks of a stage side by side; the next stage begins when all have ended.

    Parameters
    ----------
    sources : list of Path
        The notebooks. None of them reads what another one writes.
    folder : Path
        Where the executed notebooks are written.
    parameters, clock, kernel
        As in `execute`.

    Raises
    ------
    RunFailed
        If one of them fails; the others still come to their end.
    """
    with contextlib.chdir(sources[0].parent):  # for all of them: papermill would do so for the whole process, too
        if len(sources) > 1 and kernel is not AsyncKernelManager:  # whose kernels would outlive a run that is stopped
            _execute_together(sources, folder, parameters, clock, kernel)
            return
        for source in sources:
            execute(source, folder / source.name, parameters, clock, kernel)


def _execute_together(
    sources: list[Path], folder: Path, parameters: dict[str, Any], clock: Clock, kernel: type
) -> None:
    pool = ThreadPoolExecutor(len(sources))
    work = [
        pool.submit(execute, source, folder / source.name, parameters, replace(clock), kernel) for source in sources
    ]
    try:
        wait(work)
    finally:
        pool.shutdown(wait=False)  # when a run is stopped its kernels end, and then their threads
    for done in work:
        done.result()


def execute(
    source: Path, target: Path, parameters: dict[str, Any], clock: Clock, kernel: type[AsyncKernelManager]
) -> None:
    """Execute a notebook in the working directory, and keep the result as far as it came.

    Parameters
    ----------
    source, target : Path
        The notebook, and where the executed one is written.
    parameters : dict
        Those that the notebook knows are given to it.
    clock : Clock
        What is left of the run's time.
    kernel : type
        What starts the kernel, as `lifeboat.operate.kernels.kernel_class` provides it.

    Raises
    ------
    RunFailed
        If a cell raises, the kernel dies or does not start, or the time is up.
    """
    import papermill

    clock.begin_notebook()
    known = papermill.inspect_notebook(str(source))
    try:
        with _progress(source.stem) as bar:
            papermill.execute_notebook(
                str(source),
                str(target),
                {name: value for name, value in parameters.items() if name in known},
                kernel_name="python3",
                kernel_manager_class=kernel,
                config=kernel_config(),
                progress_bar=bar,
                start_timeout=min(60, clock.seconds()),
                execution_timeout=clock.seconds(),  # for what follows the last cell; the cells have timeout_func
                timeout_func=clock.seconds,
            )
    except papermill.PapermillExecutionError as error:
        cause = f"{error.ename}: {in_short(error.evalue)}"
        raise _failed(target, cause, error.exec_count, error.source) from error
    except (TimeoutError, AssertionError) as error:  # nbclient asserts that a cell was at work when the time was up
        raise _failed(target, clock.expired(), *_place(clock)) from error
    except RuntimeError as error:  # the kernel died, or did not start
        raise _failed(target, f"{error}", *_place(clock)) from error


@contextlib.contextmanager
def _progress(name: str) -> Iterator[dict[str, Any] | bool]:
    """Describe a bar for the terminal; anywhere else say in a line when the notebook begins, and when it has ended."""
    if sys.stderr.isatty():
        yield {"desc": f"{name:<18}", "file": sys.stderr, "leave": True}
        return
    begun = time.monotonic()
    sys.stderr.write(f"{name} begins\n")  # in one piece, as two notebooks may write at a time
    try:
        yield False
    finally:
        sys.stderr.write(f"{name} ended after {time.monotonic() - begun:.0f} s\n")


def _place(clock: Clock) -> tuple[int, str]:
    return clock.number, clock.at_work.source if clock.at_work else ""


def _failed(target: Path, cause: str, number: int, source: str) -> RunFailed:
    lines = source.splitlines()
    shown = lines if len(lines) <= 6 else [*lines[:5], "..."]
    where = f" at In [{number}]" if source else ""
    told = [f"{target.stem} failed{where}: {cause}", *(f"    {line}" for line in shown)]
    return RunFailed("\n".join([*told, f"The notebook as it stopped: {target}"]))
