"""Silence for what the Hopsworks client prints, and for nothing else."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

_turn = threading.Lock()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Mute what the client prints (addresses, timings, progress bars); show it if the block fails.

    Only this thread is muted, and threads that begin meanwhile: the client's workers. Others keep their voice.
    """
    mute = _Mute(threading.current_thread(), frozenset(threading.enumerate()))
    with _turn:
        _mutes.append(mute)
        for name in ("stdout", "stderr"):
            if not isinstance(getattr(sys, name), _Filter):
                setattr(sys, name, _Filter(getattr(sys, name)))
    try:
        yield
    except Exception:
        mute.over = True
        sys.stderr.write(mute.spoken.getvalue())
        raise
    finally:
        with _turn:
            _mutes.remove(mute)
            for name in ("stdout", "stderr"):
                if not _mutes and isinstance(getattr(sys, name), _Filter):
                    setattr(sys, name, getattr(sys, name).stream)


@dataclass(eq=False)
class _Mute:
    owner: threading.Thread
    others: frozenset[threading.Thread]
    spoken: io.StringIO = field(default_factory=io.StringIO)
    over: bool = False

    def covers(self, thread: threading.Thread) -> bool:
        return not self.over and (thread is self.owner or thread not in self.others)


_mutes: list[_Mute] = []


class _Filter:
    """A stream that keeps aside what muted threads write."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        thread = threading.current_thread()
        muting = next((mute for mute in reversed(_mutes) if mute.covers(thread)), None)
        return (muting.spoken if muting else self.stream).write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
