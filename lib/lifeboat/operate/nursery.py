"""A process that imports what notebooks import, once, and forks a kernel from itself for each of them.

It is started by `lifeboat.operate.kernels` and reads JSON lines: first the imports, then a line per kernel. It answers
each kernel with its process id, and ends with its input, that is, with the run.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any


def main() -> None:
    """Import, then fork kernels until the input ends."""
    if not sys.path[0]:  # as ipykernel_launcher does: the working directory is the kernel's to add
        del sys.path[0]
    for statement in json.loads(sys.stdin.readline()):
        with contextlib.suppress(Exception):  # the notebook will say what is wrong with it
            exec(statement, {})
    import ipykernel.kernelapp  # noqa: F401

    signal.signal(signal.SIGCHLD, _bury)
    for line in iter(sys.stdin.readline, ""):
        kernel = os.fork()
        if not kernel:
            return _become(json.loads(line))
        print(kernel, flush=True)  # noqa: T201


def _bury(*_: object) -> None:
    """Take leave of the kernels that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(order: dict[str, Any]) -> None:
    """Turn this process, which was forked for it, into a kernel in a session of its own."""
    from ipykernel import kernelapp

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # the answers go to the run
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    arguments = [*order["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"]  # it ends with its parent
    if "matplotlib" in sys.modules and not os.environ.get("MPLBACKEND"):
        arguments.append("--matplotlib=inline")  # matplotlib looks for IPython when it is imported
    kernelapp.IPKernelApp.launch_instance(arguments)


if __name__ == "__main__":
    main()
