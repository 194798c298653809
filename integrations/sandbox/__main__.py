"""Runs the sandbox: ``python -m integrations.sandbox --folder var/sandbox --port 8001 [--seed FOLDER]``."""

import argparse
import logging
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from integrations.sandbox.server import Sandbox, make_app

# Enough for a slow reader, a hanging fault and a picture at once; the work itself is bounded elsewhere.
THREADS = 24


def load(*, folder: Path, base_url: str, seed: Path | None) -> Sandbox:
    """Build the program inside granian's worker process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("pyvips").setLevel(logging.WARNING)
    return make_app(folder, base_url, seed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m integrations.sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/sandbox"), help="where its state lives")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--base-url", help="how clients reach it, if not http://HOST:PORT")
    parser.add_argument("--seed", type=Path, help="folder with catalogue.json, loaded into an empty store")
    options = parser.parse_args()

    base_url = options.base_url or f"http://{options.host}:{options.port}"
    server = Granian(
        "sandbox",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=256,
        websockets=False,
        workers_kill_timeout=5,
        log_level="warning",  # type: ignore[arg-type]  # granian compares the word
    )
    server.serve(
        target_loader=partial(
            load,
            folder=options.folder.resolve(),
            base_url=base_url,
            seed=options.seed.resolve() if options.seed else None,
        ),
        wrap_loader=False,
    )


if __name__ == "__main__":
    main()
