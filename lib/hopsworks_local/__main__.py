"""`python -m hopsworks_local --store DIR`: serve a store and print how to log in."""

import argparse
import logging
import os
import sys
from pathlib import Path


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m hopsworks_local",
        description="A Hopsworks-compatible feature store and model registry over one folder, on 127.0.0.1. "
        "Prints the environment variables with which a plain hopsworks.login() reaches it, then serves until stopped.",
    )
    parser.add_argument("--store", type=Path, required=True, help="the folder that holds everything; made if missing")
    parser.add_argument("--port", type=int, default=0, help="of the REST interface; default: a free one")
    parser.add_argument("--project", help="name of the store's project; default: its own, of a new one `local`")
    parser.add_argument("--parent", type=int, help="end when this process ends or standard input closes")
    arguments = parser.parse_args()

    from hopsworks_local.errors import ServiceError
    from hopsworks_local.store import Store

    try:
        store = Store(arguments.store, arguments.project)
        from hopsworks_local.server import serve  # takes a moment; what is wrong with the store is said before

        serve(store, arguments.port, arguments.parent)
    except ServiceError as error:
        sys.stderr.write(f"hopsworks_local: {error.message}\n")
        return 1
    logging.shutdown()
    os._exit(0)  # everything is closed; threads of native libraries could only crash a slower end


if __name__ == "__main__":
    sys.exit(main())
