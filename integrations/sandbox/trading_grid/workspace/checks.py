"""Checks of received bodies: every wrong field is named at once, with a sentence that says what to send."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid.calls import ApiError

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
COUNTRY = re.compile(r"[A-Z]{2}\Z")
MISSING = object()


class Checker:
    """
    Collects what is wrong with one JSON object.

    Every method returns the value, or ``None`` when it is absent or wrong; :meth:`finish` raises if
    anything was. ``null`` counts as absent. Fields nobody asks about are ignored.

    :param prefix: put before the names in errors, such as ``assets.0.``
    """

    def __init__(self, data: Any, prefix: str = "", errors: list[dict[str, str]] | None = None):
        self.data = data if isinstance(data, dict) else {}
        self.prefix = prefix
        self.errors: list[dict[str, str]] = [] if errors is None else errors

    def fail(self, name: str, message: str) -> Any:
        """Note what is wrong with a field; returns ``None``, which is what a wrong field counts as."""
        self.errors.append({"name": f"{self.prefix}{name}", "message": message})
        return None

    def finish(self) -> None:
        """:raises ApiError: 400 with all collected ``fields``"""
        if self.errors:
            names = ", ".join(error["name"] for error in self.errors[:5])
            more = " and others" if len(self.errors) > 5 else ""
            raise ApiError(400, 4002, f"Correct these fields: {names}{more}.", self.errors)

    def text(self, name: str, *, required: bool = False, longest: int = 200) -> str | None:
        value = self._get(name, required)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            return self.fail(name, "must be a text that is not empty")
        if len(value) > longest:
            return self.fail(name, f"must have at most {longest} characters")
        return value

    def word(self, name: str, words: Iterable[str], *, required: bool = False) -> str | None:
        value = self._get(name, required)
        if value is None:
            return None
        if not isinstance(value, str) or value not in tuple(words):
            return self.fail(name, f"must be one of {', '.join(words)}")
        return value

    def whole(
        self, name: str, *, required: bool = False, lowest: int = 0, highest: int | None = None
    ) -> int | None:
        value = self._get(name, required)
        if value is None:
            return None
        wrong = isinstance(value, bool) or not isinstance(value, int) or value < lowest
        if wrong or (highest is not None and value > highest):
            limits = f"from {lowest} to {highest}" if highest is not None else f"from {lowest} on"
            return self.fail(name, f"must be a whole number {limits}")
        return value

    def flag(self, name: str) -> bool | None:
        value = self._get(name, required=False)
        if value is None or isinstance(value, bool):
            return value
        return self.fail(name, "must be true or false")

    def moment(self, name: str, *, required: bool = False) -> str | None:
        """A time with its zone (``2026-11-30T09:00:00Z``) or a date (``2026-11-30``), ISO 8601."""
        value = self._get(name, required)
        if value is None:
            return None
        if parse_moment(value) is None:
            return self.fail(
                name, "must be an ISO 8601 date, or time with its zone, such as 2026-11-30T09:00:00Z"
            )
        return value

    def pattern(
        self, name: str, expression: re.Pattern[str], message: str, *, required: bool = False
    ) -> str | None:
        value = self._get(name, required)
        if value is None:
            return None
        if not isinstance(value, str) or not expression.match(value):
            return self.fail(name, message)
        return value

    def texts(self, name: str, expression: re.Pattern[str] | None = None, message: str = "") -> list[str]:
        """A list of texts; absent is an empty list."""
        value = self._get(name, required=False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fail(name, "must be a list of texts")
            return []
        if expression and not all(expression.match(item) for item in value):
            self.fail(name, message)
            return []
        return value

    def by_language(self, name: str, *, required: bool = False) -> dict[str, str] | None:
        """``{language: text}`` with BCP 47 languages and at least one text."""
        value = self._get(name, required)
        if value is None:
            return None
        right = (
            isinstance(value, dict)
            and value
            and all(
                LANGUAGE.match(language) and isinstance(text, str) and text.strip()
                for language, text in value.items()
            )
        )
        return (
            value
            if right
            else self.fail(name, 'must be an object of texts by language, such as {"de": "..."}')
        )

    def object(self, name: str, *, required: bool = False) -> "Checker":
        """A checker for a nested object; absent is an empty one."""
        value = self._get(name, required)
        if value is not None and not isinstance(value, dict):
            self.fail(name, "must be an object")
        return Checker(value, f"{self.prefix}{name}.", self.errors)

    def objects(self, name: str, *, required: bool = False) -> list["Checker"]:
        """Checkers for a list of objects; absent is an empty list."""
        value = self._get(name, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(name, "must be a list of objects")
            return []
        checkers = []
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                self.fail(f"{name}.{index}", "must be an object")
                continue
            checkers.append(Checker(item, f"{self.prefix}{name}.{index}.", self.errors))
        return checkers

    def _get(self, name: str, required: bool) -> Any:
        value = self.data.get(name)
        if value is None and required:
            self.fail(name, "is required")
        return value


def parse_moment(value: Any) -> datetime | None:
    """Read an ISO 8601 date or zoned time; ``None`` for anything else. A date begins at midnight UTC."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        moment = datetime.fromisoformat(value if len(value) > 10 else f"{value}T00:00:00Z")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
