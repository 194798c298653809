"""``python -m integrations.sandbox.seed <folder>``: make the sample media."""

import argparse
import signal
import sys
from pathlib import Path

from .build import build


def _leave(_signal: int, _frame: object) -> None:
    sys.exit(143)  # unwinds build(), which ends its workers


def main() -> int:
    parser = argparse.ArgumentParser(prog="integrations.sandbox.seed", description="Make the sample media.")
    parser.add_argument("folder", type=Path, help="where originals/ and catalogue.json go")
    folder = parser.parse_args().folder
    signal.signal(signal.SIGTERM, _leave)
    try:
        build(folder, lambda line: print(line, flush=True))
    except OSError as error:
        print(f"The sample media could not be made in {folder}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
