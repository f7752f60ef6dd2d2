"""`python -m hopsworks_local --store DIR`: serve a store and print how to log in; or check it, or compact it."""

import argparse
import logging
import os
import sys
from pathlib import Path

DESCRIPTION = """
A Hopsworks-compatible feature store and model registry over one folder, on 127.0.0.1. `serve`, which is meant unless
another command is given, prints the environment variables with which a plain hopsworks.login() reaches it, and goes on
until stopped. `verify` reads everything and says what is damaged or lost, and what is not. `compact` replaces many
small files of its tables by few large ones.
"""


def main() -> int:
    """Run the command and return its exit code."""
    arguments = _parser().parse_args()
    from hopsworks_local.errors import ServiceError

    try:
        code = _run(arguments)
    except ServiceError as error:
        sys.stderr.write(f"hopsworks_local: {error.message}\n")
        return 1
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # everything is closed; threads of native libraries could only crash a slower end


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hopsworks_local", description=DESCRIPTION)
    parser.add_argument("command", nargs="?", choices=["serve", "verify", "compact"], default="serve")
    parser.add_argument("--store", type=Path, required=True, help="the folder that holds everything; made if missing")
    serving = parser.add_argument_group("serve")
    serving.add_argument("--port", type=int, default=0, help="of the REST interface; default: a free one")
    serving.add_argument(
        "--project",
        action="append",
        default=[],
        metavar="NAME",
        help="a project, made if missing; may be repeated, and a plain login enters the first; "
        "default: those of the store, in a new one `local`",
    )
    serving.add_argument("--read-only", action="store_true", help="refuse all changes")
    serving.add_argument("--record", type=Path, metavar="FILE", help="add to it what clients ask for in vain")
    serving.add_argument("--parent", type=int, help="end when this process ends or standard input closes")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from hopsworks_local.errors import StoreError
    from hopsworks_local.snapshot import is_store
    from hopsworks_local.store import open_projects

    if arguments.command != "serve" and not is_store(arguments.store):
        raise StoreError(f"there is no store in {arguments.store}: give the folder that a service was started with")
    if arguments.command == "verify":
        from hopsworks_local.verifying import verify

        return verify(open_projects(arguments.store), sys.stdout)
    if arguments.command == "compact":
        from hopsworks_local.compaction import compact

        return compact(open_projects(arguments.store), sys.stdout)
    stores = open_projects(arguments.store, arguments.project)
    from hopsworks_local.server import serve  # takes a moment; what is wrong with the store is said before

    serve(stores, arguments.port, arguments.parent, arguments.read_only, arguments.record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
