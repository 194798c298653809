"""Fields that several answers share."""

from typing import Any

from rest_framework import serializers


class OrNull(serializers.CharField):
    """A text, null when there is none: an empty text is never answered."""

    def __init__(self, **kwargs: Any):
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str | None:
        return value or None


class Texts(serializers.DictField):
    """A text in several languages: ``{"en": "Boat", "de": "Boot"}``."""

    child = serializers.CharField()


class Codes(serializers.ListField):
    """A list of codes."""

    child = serializers.CharField()
