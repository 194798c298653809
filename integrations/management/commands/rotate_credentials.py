"""Encrypts everything secret that is stored with the newest key: credentials of connections, and keys that sign."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import connections
from integrations.errors import BadOptions
from portal.core.sealed import CannotOpen
from portal.packs import signing


class Command(BaseCommand):
    help = "Encrypt all stored credentials with the first of CREDENTIAL_KEYS; afterwards the others may go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = connections.rotate()
            keys = signing.reseal_all()
        except (BadOptions, CannotOpen) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"The credentials of {count} connections and {keys} signing keys are encrypted with the newest key."
        )
