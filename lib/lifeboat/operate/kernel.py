"""One kernel for all notebooks of a run: what they import is imported once, and each begins as in a new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from traitlets.config import Config

_FORGET = "get_ipython().reset(new_session=True)"


def kernel_config() -> Config:
    """Return the settings of the kernels that execute notebooks: what they say on their ports is encrypted."""
    return Config({"KernelManager": {"transport_encryption": "auto"}})


class Kernel(AsyncKernelManager):
    """A kernel that executes one notebook after another; papermill takes it as its ``km``."""

    _client: AsyncKernelClient | None = None

    def client(self, **options: Any) -> AsyncKernelClient:
        """Return a new client, and remember it."""
        self._client = super().client(**options)
        return self._client

    def forget(self, seconds: float) -> None:
        """Drop what the last notebook has left (names, outputs, counts); modules stay imported.

        Raises
        ------
        RuntimeError
            If the kernel does not answer in time.
        """
        if self._client:
            run_sync(_forget)(self._client, seconds)


@contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """Start a kernel that works in a folder, and end it with the block, whatever happens.

    It is not waited for: whoever executes a notebook does that.
    """
    manager = Kernel(kernel_name="python3", config=kernel_config())
    run_sync(manager.start_kernel)(cwd=str(folder), extra_arguments=["--HistoryManager.hist_file=:memory:"])
    try:
        yield manager
    finally:
        run_sync(_end)(manager)


async def _forget(client: AsyncKernelClient, seconds: float) -> None:
    try:
        await client.execute(_FORGET, silent=True, reply=True, timeout=seconds)
    except TimeoutError:
        raise RuntimeError(f"Kernel didn't answer in {seconds:g} seconds") from None
    client.stop_channels()


async def _end(manager: Kernel) -> None:
    try:
        if await manager.is_alive():
            await manager.shutdown_kernel()
    finally:
        if manager._client:
            manager._client.stop_channels()
        await manager.cleanup_resources()
