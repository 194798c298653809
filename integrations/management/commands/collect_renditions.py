"""Makes room in the store of renditions, as the timetable does; see docs/operators/store.md."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.releases import collecting
from portal.renditions import stored


class Command(BaseCommand):
    help = "Remove files that nothing names and nobody uses, and look whether all others are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell what would go; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            done = collecting.preview(now=now)
            self._say("would be condemned", done.condemned, done.condemned_bytes)
            self._say("would be removed", done.removed, done.removed_bytes)
            return
        # To the end: whoever calls this waits for it.
        done = collecting.collect(now=now, seconds=float("inf"))
        self._say("condemned: nothing names them, they go in a day", done.condemned, done.condemned_bytes)
        self._say("removed", done.removed, done.removed_bytes)
        self.stdout.write(f"{done.spared} had been condemned and are named again")
        walk = done.walk
        if walk is not None and walk.places:
            self.stdout.write(f"{walk.halves} half files removed, {walk.strange} files that no row knew")
            self.stdout.write(f"{walk.missing} newly missing or damaged")
        if walk is not None and walk.repaired:
            self.stdout.write(f"{walk.repaired} missing files fetched again, the same to the byte")
        figures = stored.figures()
        self._say("kept", figures.kept_count, figures.kept_bytes)
        self._say("of these named", figures.named_count, figures.named_bytes)
        if figures.missing_count:
            self.stdout.write(self.style.ERROR(f"{figures.missing_count} named files are missing"))

    def _say(self, what: str, count: int, size: int) -> None:
        self.stdout.write(f"{count} files, {size:,} bytes: {what}")
