"""Lets a new key sign the manifests of packs from now on."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.packs import signing


class Command(BaseCommand):
    help = "Retire the key that signs packs and make a new one; packs signed before stay valid."

    def handle(self, *args: Any, **options: Any) -> None:
        key = signing.rotate(now=timezone.now())
        self.stdout.write(f"Packs are signed with the key {key.key_id} from now on.")
