"""Starts the sandbox; a name for ``python -m integrations.sandbox`` among Django's commands."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the local stand-in for Scaleflex and Trading Grid."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=Path("var/sandbox"), help="where its state lives")
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument(
            "--seed", type=Path, help="folder with catalogue.json, loaded into an empty store"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        command = [sys.executable, "-m", "integrations.sandbox"]
        command += ["--folder", str(options["folder"]), "--port", str(options["port"])]
        if options["seed"]:
            command += ["--seed", str(options["seed"])]
        # Takes this process's place: the sandbox knows nothing of Django, and signals reach it directly.
        os.execv(sys.executable, command)
