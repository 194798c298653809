"""
One call to a vendor in a process of its own, so that its memory can be measured.

    python -m tests.faults.rows.reader CALL SECONDS OPTIONS

``OPTIONS`` is JSON: ``vendor``, ``options`` and ``credentials`` of a connection. Makes the call once before anything is
measured (a good vendor then), waits for a line, makes it again, and prints JSON: ``error``, ``seconds``, and
``megabytes`` by which the process grew at its largest.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

import django


def main(call: str, deadline: float, description: dict) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    from integrations import connections, http
    from integrations.errors import DeliveryError
    from integrations.models import Connection
    from integrations.scaleflex import client as dam
    from integrations.scaleflex import config as dam_config
    from integrations.trading_grid import auth
    from integrations.trading_grid import client as grid
    from integrations.trading_grid import config as grid_config

    if deadline:
        http.TOTAL_SECONDS = deadline
    connection = Connection(
        vendor=description["vendor"],
        key="measured",
        options=description["options"],
        credentials=connections.encrypt(description["credentials"]),
    )
    calls = {
        "list": lambda: dam.list_files(dam_config.account(connection), limit=1000, offset=0),
        "file": lambda: dam.get_file(dam_config.account(connection), description.get("uuid", "")),
        "communities": lambda: list(grid.communities(grid_config.account(connection))),
        "token": lambda: auth._fetch(grid_config.account(connection)),
    }
    calls[call]()
    print("ready", flush=True)
    sys.stdin.readline()
    before, began, error = _most_memory(), time.monotonic(), ""
    try:
        calls[call]()
    except DeliveryError as raised:
        error = type(raised).__name__
    print(
        json.dumps(
            {
                "error": error,
                "seconds": round(time.monotonic() - began, 2),
                "megabytes": (_most_memory() - before) / 1024,
            }
        )
    )


def _most_memory() -> int:
    """Kilobytes of this program at its largest so far; ``getrusage`` would count what its parent had at its start."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3]))
