"""``python -m integrations.sandbox.seed <folder>``: make the sample media."""

import argparse
from pathlib import Path

from .build import build


def main() -> None:
    parser = argparse.ArgumentParser(prog="integrations.sandbox.seed", description="Make the sample media.")
    parser.add_argument("folder", type=Path, help="where originals/ and catalogue.json go")
    print(build(parser.parse_args().folder, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
