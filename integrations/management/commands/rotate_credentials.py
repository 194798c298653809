"""Encrypts the stored credentials of all connections with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import connections
from integrations.errors import BadOptions


class Command(BaseCommand):
    help = "Encrypt all stored credentials with the first of CREDENTIAL_KEYS; afterwards the others may go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = connections.rotate()
        except BadOptions as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The credentials of {count} connections are encrypted with the newest key.")
