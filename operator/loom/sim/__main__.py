"""`python -m loom.sim`: the simulated Azure as a program of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from loom.sim.server import Options, run


def main() -> None:
    """Read the command line and run until interrupted."""
    parser = argparse.ArgumentParser(prog="loom sim", description="A simulated Azure that any ARM client can use.")
    parser.add_argument("--port", type=int, default=8443, help="port on 127.0.0.1; 0 takes a free one (default 8443)")
    parser.add_argument(
        "--home", type=Path, default=Path.home() / ".loom" / "sim", help="where the CA and sim.json are kept"
    )
    parser.add_argument(
        "--state", type=Path, help="file that the cloud is loaded from at the start and saved to at the end"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than real time (default 1)")
    parser.add_argument(
        "--types", type=Path, help="folder of Azure type tables; PUT bodies that break them are refused"
    )
    parser.add_argument(
        "--subscriptions", type=int, default=2, help="how many subscriptions a new cloud has (default 2)"
    )
    given = parser.parse_args()
    run(Options(given.home, given.port, given.speed, given.state, given.types, given.subscriptions))


if __name__ == "__main__":
    main()
