"""JSON as the API writes it: UTF-8, times in UTC with a Z."""

from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer


def _plain(value: Any) -> str:
    """Texts that are translated late are the only thing beside JSON's own types that we ever answer."""
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not belong into an answer")


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 (RFC 8259, section 8.1) and its media type has no such parameter

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        if data is None:
            return b""
        return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
