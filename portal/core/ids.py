"""Opaque public ids: what addresses and the API show instead of row numbers."""

import base64
import secrets
from functools import partial

from django.db import models


def new_id(prefix: str) -> str:
    """Return ``<prefix>_`` and 16 characters of base32: 80 random bits."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(10)).decode().lower()}"


def public_id_field(prefix: str) -> models.CharField:
    """A model's ``public_id``, made when the object is made."""
    return models.CharField(max_length=32, unique=True, editable=False, default=partial(new_id, prefix))
