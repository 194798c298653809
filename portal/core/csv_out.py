"""Tables for spreadsheets, written row by row whatever their length."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.html import strip_tags
from django.utils.http import content_disposition_header

from portal.core import rowscope

_BATCH = 1000


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def cell(value: Any) -> str:
    """
    Return a value as a spreadsheet should read it: times in UTC as ISO 8601, lists with commas, no mark-up.

    A text that begins like a formula gets an apostrophe in front, so that opening the table runs nothing (OWASP, "CSV
    Injection").
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple | set):
        return cell(", ".join(str(part) for part in value))
    text = strip_tags(str(value)).strip()
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _rows(queryset: QuerySet, prepare: Callable[[list[Any]], None]) -> Iterator[Any]:
    """Walk a queryset by its primary key: flat memory, no long transaction, prefetching per batch."""
    last = 0
    while True:
        # The answer is sent after the view has left its scope; only staff get as far as here.
        with rowscope.everything():
            batch = list(queryset.order_by("pk").filter(pk__gt=last)[:_BATCH])
            prepare(batch)
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].pk


def stream(
    queryset: QuerySet,
    *,
    name: str,
    columns: Sequence[tuple[str, Callable[[Any], Any]]],
    prepare: Callable[[list[Any]], None] = lambda rows: None,
) -> StreamingHttpResponse:
    """
    Answer with all rows of a queryset as CSV, in order of their row numbers.

    :param name: of the file, without its ending
    :param columns: ``(heading, function of a row)``; the functions ask the database nothing more
    :param prepare: called with some rows at a time, to read for all of them what the functions need
    """
    writer = csv.writer(_Echo())

    def lines() -> Iterable[str]:
        # A mark that tells spreadsheets it is UTF-8.
        yield "\ufeff" + writer.writerow([heading for heading, _value in columns])
        for row in _rows(queryset, prepare):
            yield writer.writerow([cell(value(row)) for _heading, value in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return response
