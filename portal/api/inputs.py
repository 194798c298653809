"""What may stand in an address behind the question mark: everything named, nothing else."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.fields import empty

from portal.core.gtins import as_gtin, fits

NO_WORDS = "zxx"


class Query(serializers.Serializer):
    """
    The parameters of one operation.

    Unknown names, empty values and repeated single ones are refused: a filter that is silently ignored returns a list
    that looks right and is not.
    """

    def to_internal_value(self, data: QueryDict) -> dict[str, Any]:
        problems = {}
        for name, values in data.lists():
            if name not in self.fields:
                known = ", ".join(self.fields) or "none"
                problems[name] = [f"There is no such parameter here. There are: {known}."]
            elif len(values) > 1 and not isinstance(self.fields[name], serializers.ListField):
                problems[name] = ["Give this parameter once."]
            elif "" in values:
                problems[name] = ["Give a value, or leave the parameter out."]
        if problems:
            raise serializers.ValidationError(problems)
        return super().to_internal_value(data)


class Body(serializers.Serializer):
    """A JSON object in a request. Unknown members are refused, like unknown parameters."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {name: [f"There is no such member here. There are: {known}."] for name in unknown}
            )
        return super().to_internal_value(data)


class Digest(serializers.RegexField):
    """A SHA-256 digest: 64 hex digits in lower case."""

    default_error_messages = {"invalid": "Write a SHA-256 digest: 64 hex digits in lower case."}

    def __init__(self, **kwargs: Any):
        super().__init__("^[0-9a-f]{64}$", **kwargs)


class PagedQuery(Query):
    """The parameters every list has."""

    cursor = serializers.CharField(
        required=False, max_length=600, help_text="`next` of the page before. Without it, the first page."
    )
    limit = serializers.IntegerField(default=50, min_value=1, max_value=200, help_text="Items on a page.")


class Word(serializers.ChoiceField):
    """One of a few words."""

    def __init__(self, choices: Iterable[Any], **kwargs: Any):
        super().__init__(choices, **kwargs)
        self.error_messages["invalid_choice"] = (
            f"“{{input}}” is not known. Use one of: {', '.join(self.choices)}."
        )


class Language(serializers.RegexField):
    """A BCP 47 language in any case. ``zxx`` asks for files without words; inside the portal that is an empty text."""

    default_error_messages = {"invalid": "Write a language as in BCP 47: de, or de-AT."}

    def __init__(self, **kwargs: Any):
        super().__init__("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=12, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        first, *rest = super().run_validation(data).split("-")
        cased = [{2: part.upper(), 4: part.title()}.get(len(part), part.lower()) for part in rest]
        language = "-".join([first.lower(), *cased])
        return "" if language == NO_WORDS else language


class Market(serializers.RegexField):
    """An ISO 3166 country in any case."""

    default_error_messages = {"invalid": "Write a market as in ISO 3166: DE."}

    def __init__(self, **kwargs: Any):
        super().__init__("^[A-Za-z]{2}$", **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(data).upper()


class Gtin(serializers.RegexField):
    """
    A GTIN of 8, 12, 13 or 14 digits; gives 14.
    """

    default_error_messages = {
        "invalid": "Write a GTIN of 8, 12, 13 or 14 digits.",
        "check_digit": "The last digit of this GTIN does not fit the others. Please check it for a slip.",
    }

    def __init__(self, **kwargs: Any):
        super().__init__("^([0-9]{8}|[0-9]{12,14})$", **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        text = super().run_validation(data)
        gtin = as_gtin(text)
        if not fits(gtin):
            self.fail("check_digit")
        return gtin


class Moment(serializers.DateTimeField):
    """A time with its offset from UTC."""

    default_error_messages = {
        "moment": "Write a time with its offset as in RFC 3339: 2026-11-23T08:00:00Z. In an address, write + as %2B."
    }

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self.fail("moment")
        if moment.tzinfo is None:
            self.fail("moment")
        try:
            # PostgreSQL takes fewer offsets than Python does.
            return moment.astimezone(UTC)
        except OverflowError:
            self.fail("moment")


class Several(serializers.ListField):
    """A parameter that may be given several times: any of the values will do."""

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, max_length=50, **kwargs)
