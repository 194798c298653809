"""
A program with a supervisor, for the tests to start, kill and read: ``python -m tests.embedded.supervised FOLDER``.

``FOLDER/programs.json`` holds ``[{"name", "code"}]``; each runs ``python -c code`` in FOLDER.
"""

import json
import sys
from pathlib import Path

from integrations.embedded.child import Program
from integrations.embedded.errors import EmbeddedError
from integrations.embedded.supervisor import StopRequested, Supervisor


def main(folder: Path) -> int:
    programs = [
        Program(
            name=described["name"],
            command=[sys.executable, "-c", described["code"]],
            log=folder / f"{described['name']}.log",
            folder=folder,
            stop_seconds=1.0,
        )
        for described in json.loads((folder / "programs.json").read_text())
    ]
    try:
        with Supervisor(lambda text: print(text, flush=True)) as supervisor:
            supervisor.start(*programs)
            print("started", flush=True)
            supervisor.watch()
    except StopRequested:
        print("stopped", flush=True)
        return 0
    except EmbeddedError as error:
        print(error, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
