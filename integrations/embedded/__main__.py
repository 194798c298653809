"""
PostgreSQL and Redis from wheels, for a developer's shell.

``python -m integrations.embedded up`` prints the variables to set and runs until Ctrl-C; its data stay in var/dev.
``python -m integrations.embedded run COMMAND ...`` runs one command with a throw-away pair.
"""

import argparse
import os
import shlex
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from integrations.embedded import testing
from integrations.embedded.errors import EmbeddedError, make_folder
from integrations.embedded.postgres import Postgres
from integrations.embedded.redis import Redis


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m integrations.embedded",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    words = parser.add_subparsers(dest="word", required=True)
    up = words.add_parser("up", help="run until Ctrl-C")
    up.add_argument("--write", type=Path, help="write the variables to this file, for a shell to source")
    once = words.add_parser("run", help="run one command")
    once.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args(arguments)
    try:
        if given.word == "up":
            _up(given.write)
            return 0
        with testing.throwaway_environment() as variables:
            return testing.run([word for word in given.command if word != "--"], variables)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


def _up(write: Path | None) -> None:
    var = Path(os.environ.get("VAR_DIR") or testing.ROOT / "var") / "dev"
    log = make_folder(var / "log")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            postgres = Postgres(var / "postgres", log=log / "postgres.log", max_connections=200)
            redis = Redis(var / "redis", log=log / "redis.log")
            variables = {
                "DATABASE_URL": stack.enter_context(postgres.running()).url,
                "REDIS_URL": stack.enter_context(redis.running()).url,
                "PORTAL_LOCAL": "yes",
            }
            text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
            if write:
                write.write_text(text)
            else:
                print(text, end="", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
