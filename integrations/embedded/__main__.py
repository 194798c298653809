"""
``python -m integrations.embedded up --dev``: PostgreSQL and Redis for a developer's shell, until Ctrl-C.

Prints the variables to set, for ``eval`` or for a file to ``source``.
"""

import argparse
import os
import shlex
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from integrations.embedded.errors import EmbeddedError, make_folder
from integrations.embedded.postgres import Postgres
from integrations.embedded.redis import Redis


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m integrations.embedded", description=__doc__)
    parser.add_argument("word", choices=["up"])
    parser.add_argument(
        "--dev", action="store_true", help="keep the data under var/dev (else: throw them away)"
    )
    parser.add_argument("--write", type=Path, help="write the variables to this file instead of the terminal")
    given = parser.parse_args(arguments)
    var = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var") / "dev"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            log = make_folder(var / "log")
            postgres = Postgres(
                var / "postgres", log=log / "postgres.log", throwaway=not given.dev, max_connections=200
            )
            stack.enter_context(postgres.running())
            redis = stack.enter_context(Redis(var / "redis", log=log / "redis.log").running())
            variables = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "PORTAL_LOCAL": "yes"}
            text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
            if given.write:
                given.write.write_text(text)
            else:
                print(text, end="", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
