"""The kernels of a run: each is new and empty, but what the notebooks import is imported once for all of them.

Imports take most of a short notebook's time. So where processes can be forked, a `nursery` imports what the notebooks
of the run import, and every kernel is a fork of it. Elsewhere, or if anything is wrong with that, kernels are started
as always.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

LAUNCHER = "ipykernel_launcher"
NURSERY = "lifeboat.operate.nursery"
SECONDS = 60
"""How long a kernel is waited for."""


@contextmanager
def kernel_class(notebooks: Iterable[Path]) -> Iterator[type[AsyncKernelManager]]:
    """Provide what starts the kernels of some notebooks, for the duration of the block.

    Parameters
    ----------
    notebooks : iterable of Path
        Their imports are those that kernels have made already.

    Yields
    ------
    type
        The ``kernel_manager_class`` of nbclient and papermill.
    """
    if sys.platform != "linux":  # elsewhere libraries do not survive a fork, or cannot be watched by pidfd
        yield AsyncKernelManager
        return
    statements = list(dict.fromkeys(line for path in notebooks for line in imports(path)))
    if any("lifeboat" in line for line in statements):
        statements.append("from lifeboat import store; store.prepare()")
    nursery = subprocess.Popen(
        [sys.executable, "-m", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        with contextlib.suppress(OSError):  # it has ended
            _write(nursery, statements)
        yield type("ForkedKernelManager", (_Manager,), {"nursery": nursery})
    finally:
        _end(nursery)


def _end(nursery: subprocess.Popen) -> None:
    """End the nursery and, with it, any kernel that is left."""
    try:
        nursery.communicate(timeout=5)
    except (OSError, subprocess.TimeoutExpired):  # it has died, or still imports
        nursery.kill()
        nursery.wait()


def imports(notebook: Path) -> Iterator[str]:
    """List the statements of a notebook that import something."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        with contextlib.suppress(SyntaxError):  # such as a magic
            tree = ast.parse(cell.source if cell.cell_type == "code" else "")
            yield from (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


class _Manager(AsyncKernelManager):
    """A manager whose kernel is a fork of the nursery."""

    nursery: subprocess.Popen

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or f"{uuid.uuid4()}"
            self.provisioner = _Fork(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)


class _Fork(LocalProvisioner):
    """Asks the nursery for a kernel; if none comes, starts one as always."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        if LAUNCHER in cmd:
            self.cwd = options.get("cwd") or Path.cwd()  # papermill goes there itself
            order = {"arguments": cmd[cmd.index(LAUNCHER) + 1 :], "cwd": f"{self.cwd}", "env": options["env"]}
            with contextlib.suppress(OSError, ValueError, TimeoutError):
                pid = await asyncio.wait_for(asyncio.to_thread(_ask, self.parent.nursery, order), SECONDS)
                self.process, self.pid, self.pgid = _Process(pid), pid, pid
                return self.connection_info
        return await super().launch_kernel(cmd, **options)


def _ask(nursery: subprocess.Popen, order: dict[str, Any]) -> int:
    _write(nursery, order)
    return int(nursery.stdout.readline())


def _write(nursery: subprocess.Popen, line: Any) -> None:
    nursery.stdin.write(json.dumps(line) + "\n")
    nursery.stdin.flush()


class _Process:
    """As much of ``subprocess.Popen`` as jupyter_client uses, for a process whose parent is another one."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._alive: int | None = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return None while it is alive; how it ended, only its parent knows."""
        if self._alive is not None and select.select([self._alive], [], [], 0)[0]:
            os.close(self._alive)
            self._alive = None
        return None if self._alive is not None else 1

    def wait(self) -> int | None:
        if self._alive is not None:
            select.select([self._alive], [], [])
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._alive, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
