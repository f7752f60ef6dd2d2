"""`pytest --nbval notebooks`: run against an empty store of their own, they must give the stored outputs."""

from contextlib import ExitStack

import pytest

from lifeboat import store

collect_ignore = ["exercises", "solutions"]  # made from notebooks/sources; tests/lifeboat/course looks after them


def pytest_configure(config: pytest.Config) -> None:
    """Serve an empty store to the kernels until the tests are over."""
    if config.getoption("nbval", default=False):
        opened = ExitStack()
        opened.enter_context(store.temporary())
        config.add_cleanup(opened.close)
