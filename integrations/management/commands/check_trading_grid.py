"""Says which resources of a Trading Grid tenant work, and what the portal would send there."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import connections
from integrations.errors import DeliveryError
from integrations.models import Connection
from integrations.trading_grid import checking
from integrations.trading_grid.checking import Finding, Verdict
from integrations.trading_grid.config import account


class Command(BaseCommand):
    help = (
        "Ask every resource of a Trading Grid connection and say what works, what is off, what fails and why, what "
        "would be sent, and which names and words of the tenant the maps do not have. Changes nothing over there. "
        "Exit code 1 when something fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", nargs="?", help="key of the connection; all of them when left out")
        parser.add_argument("--launch", default="", help="id of a launch whose tasks are asked for")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for connection in _wanted(options["connection"]):
            failed += self._check(connection, launch=options["launch"])
        if failed:
            raise CommandError(f"{failed} {'thing fails' if failed == 1 else 'things fail'}.")

    def _check(self, connection: Connection, *, launch: str) -> int:
        """Print everything about one connection; returns how much fails."""
        self.stdout.write(f"{connection.name} ({connection.key})")
        try:
            company = account(connection)
        except DeliveryError as error:
            self.stdout.write(f"  fails    options\n           {error}")
            return 1
        options = company.options
        self.stdout.write(
            f"  {options.gateway_url}, company {options.company_id}, lists {options.dialect}, "
            f"states by {options.transitions}\n"
        )
        failed = 0
        for finding in checking.check(company, launch=launch):
            self._show(finding)
            failed += finding.verdict is Verdict.FAILS
        return failed

    def _show(self, finding: Finding) -> None:
        self.stdout.write(
            f"  {finding.verdict:<8} {finding.endpoint:<20} {finding.carrier:<6} {finding.address}".rstrip()
        )
        for line in [finding.reason, *finding.unknown]:
            if line:
                self.stdout.write(f"           {line}")
        for address, body in finding.sends:
            self.stdout.write(f"           would send {address}")
            for line in json.dumps(body, ensure_ascii=False, indent=2).splitlines():
                self.stdout.write(f"             {line}")


def _wanted(key: str | None) -> list[Connection]:
    grids = connections.of_vendor(Connection.Vendor.TRADING_GRID)
    found = [connection for connection in grids if key in {None, connection.key}]
    if not found:
        known = ", ".join(connection.key for connection in grids) or "none"
        raise CommandError(f"There is no Trading Grid connection {key or ''} in use. There are: {known}.")
    return found
