"""
Working out verdicts in the background: each once, kept with its rendition and its revision of the rules.

A page asks for what it lacks (``want``) and says that it is being checked; the timetable does the work. What holds no
longer (``ageing``) is asked for once more (``again``).
"""

import io
import logging
import time
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from portal.catalog.choices import Medium
from portal.core.errors import NotReady
from portal.renditions import file_names, made_to_order, rulebooks, services, store
from portal.renditions.choices import Format, RenditionState, VerdictState
from portal.renditions.models import Measurement, PictureTest, RecipeRevision, Rendition, Verdict
from portal.renditions.verdicts import fixes, overlay, rules
from portal.renditions.verdicts.measure import Measured, NotAPicture, measure
from portal.renditions.verdicts.rules import State

logger = logging.getLogger(__name__)

#: To be raised when the same bytes would be measured otherwise than before.
ALGORITHM = 1
#: How long one verdict may take before somebody else may try, and how often it is tried.
CLAIM, TRIES = timedelta(minutes=5), 5
#: A page is waiting, or a report can wait.
SOON, LATER = 0, 1
#: What an overlay can show.
_SHOWN = {"off_white", "transparent", "border", "fill", "margin"}
#: What a verdict says while nobody knows.
_NOTHING: dict[str, Any] = {
    "sha256": "", "lines": [], "fix": None, "fix_steps": [], "overlay": "", "problem": "",
}  # fmt: skip
#: Lossy formats that leave a haze far from the product, which goes when the file is made from the lossless picture.
_HAZY = {Format.WEBP, Format.AVIF}

#: version, revision of the download size, revision of the rules: row numbers.
Asked = tuple[int, int, int]


def want(asked: Collection[Asked], *, urgency: int = SOON) -> None:
    """Ask for verdicts. Those that are there, or asked for already, are left alone."""
    Verdict.objects.bulk_create(
        [
            Verdict(version_id=version, revision_id=revision, specification_id=rules_, urgency=urgency)
            for version, revision, rules_ in asked
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def hurry(verdicts: Collection[int]) -> None:
    """Take verdicts out of the queue of reports: somebody looks at them now."""
    Verdict.objects.filter(pk__in=list(verdicts), urgency=LATER).update(urgency=SOON)


@transaction.atomic
def again(verdicts: Collection[int], *, urgency: int = SOON) -> int:
    """
    Have verdicts worked out anew. Those that are being worked out are left alone.

    :param verdicts: row numbers
    :returns: how many are
    """
    rows = Verdict.objects.filter(pk__in=list(verdicts)).exclude(state=VerdictState.WANTED)
    # Whoever holds one now has it worked out anew already.
    free = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Verdict.objects.filter(pk__in=free).update(
        state=VerdictState.WANTED, urgency=urgency, attempts=0, claimed_until=None, made_at=None, **_NOTHING
    )


def again_what_was_made(*, limit: int = 200) -> int:
    """
    Have files checked that could not be, and have been made since: staff had them tried again, or somebody took them.

    :returns: how many are
    """
    made = Rendition.objects.filter(
        version=OuterRef("version"),
        revision=OuterRef("revision"),
        state=RenditionState.READY,
        made_at__gt=OuterRef("made_at"),
    )
    rows = Verdict.objects.filter(Exists(made), state=VerdictState.IMPOSSIBLE).order_by("pk")
    return again(rows.values_list("pk", flat=True)[:limit], urgency=LATER)


def judge_wanted(*, now: datetime, limit: int = 50, seconds: float = 20.0) -> int:
    """
    Work out verdicts that are asked for, those a page waits for first.

    :param seconds: no new one is begun afterwards
    :returns: how many were settled; it ends early when the source is away
    """
    until, settled = time.monotonic() + seconds, 0
    again_what_was_made()
    while settled < limit and time.monotonic() < until:
        row = _claimed(now=timezone.now())
        if row is None:
            break
        try:
            _judge(row, now=now)
        except NotReady as error:
            # Not its fault: the try does not count, and others are no better off.
            _free(row, timedelta(seconds=error.retry_after), attempts=F("attempts") - 1)
            break
        except Exception as error:
            logger.exception("verdict %s failed", row.pk)
            if row.attempts < TRIES:
                _free(row, timedelta(minutes=row.attempts))
            else:
                problem = f"{type(error).__name__}: {error}".replace("\0", "")[:300]
                _settle(row, state=VerdictState.IMPOSSIBLE, problem=problem)
        settled += 1
    return settled


@transaction.atomic
def _claimed(*, now: datetime) -> Verdict | None:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    rows = Verdict.objects.filter(free, state=VerdictState.WANTED).order_by("urgency", "attempts", "pk")
    row = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return None
    if row.attempts >= TRIES:
        # Its worker died over it, again and again.
        _settle(row, state=VerdictState.IMPOSSIBLE, problem="no worker survived it")
        return _claimed(now=now)
    Verdict.objects.filter(pk=row.pk).update(claimed_until=now + CLAIM, attempts=F("attempts") + 1)
    related = ("version__variant__asset__product", "revision__recipe", "specification__specification")
    return Verdict.objects.select_related(*related).get(pk=row.pk)


def _free(row: Verdict, after: timedelta, **more: Any) -> None:
    Verdict.objects.filter(pk=row.pk).update(claimed_until=timezone.now() + after, **more)


def _settle(row: Verdict, **facts: Any) -> None:
    said = {**_NOTHING, **facts}
    Verdict.objects.filter(pk=row.pk).update(made_at=timezone.now(), claimed_until=None, **said)


def _judge(row: Verdict, *, now: datetime) -> None:
    specification = rulebooks.rules_of(row.specification)
    try:
        made = services.ensure(version=row.version, revision=row.revision, now=now, wait_seconds=0)
    except services.CannotBeMade:
        refused = Rendition.objects.get(version=row.version, revision=row.revision)
        _settle(row, state=VerdictState.IMPOSSIBLE, problem=refused.problem)
        return
    content = _bytes_of(made)
    try:
        measured = measured_of(made.sha256, content, now=now)
    except NotAPicture as error:
        _settle(row, state=VerdictState.IMPOSSIBLE, sha256=made.sha256, problem=str(error)[:300])
        return
    name = file_names.of_version(row.version, row.revision, width=made.width, height=made.height)
    verdict = rules.judge(specification, replace(measured, file_name=name))
    facts: dict[str, Any] = {
        "state": str(overall(verdict)),
        "sha256": made.sha256,
        "lines": as_lines(verdict),
    }
    if verdict.failed:
        facts["overlay"] = kept_overlay(content, verdict)
        if found := _fix(row, verdict, now=now):
            fix, fixed = found
            facts |= {"fix": fix.revision, "fix_steps": steps(measured, fixed, verdict)}
    _settle(row, **facts)


def overall(verdict: rules.Verdict) -> VerdictState:
    """Return one word for a verdict. How many pictures a view has is another question, asked when it is read."""
    states = {line.state for line in verdict.lines if line.rule.measure != "per_view"} or {State.PASSED}
    worst = next(state for state in (State.FAILED, State.UNKNOWN, State.PASSED) if state in states)
    return VerdictState(str(worst))


def as_lines(verdict: rules.Verdict) -> list[dict[str, Any]]:
    """Return the lines of a verdict as they are kept."""
    return [{"rule": line.rule.id, "value": line.value, "state": str(line.state)} for line in verdict.lines]


def kept_overlay(content: bytes, verdict: rules.Verdict) -> str:
    """Return the digest of the picture of where a picture fails, now in the store; empty when none shows it."""
    if not {line.rule.measure for line in verdict.failed} & _SHOWN:
        return ""
    picture = io.BytesIO(overlay.overlay(content, verdict))
    digest, _size, _crc = services.digests(picture)
    store.put(digest, picture)
    return digest


def redraw(sha256: str) -> None:
    """Have a lost overlay drawn anew. That of a test picture cannot be: the picture is not kept."""
    again(Verdict.objects.filter(overlay=sha256).values_list("pk", flat=True))
    PictureTest.objects.filter(overlay=sha256).update(overlay="")


def measured_of(sha256: str, content: bytes, *, now: datetime) -> Measured:
    """
    Return what bytes are in numbers, measured at most once.

    :raises NotAPicture: they cannot be read, or are too many pixels to measure
    """
    row = Measurement.objects.filter(sha256=sha256, algorithm=ALGORITHM).first()
    if row is None:
        facts, problem = {}, ""
        try:
            facts = asdict(measure(content))
        except NotAPicture as error:
            problem = str(error)[:300] or "no picture"
        row, _new = Measurement.objects.update_or_create(
            sha256=sha256,
            defaults={"facts": facts, "problem": problem, "algorithm": ALGORITHM, "made_at": now},
        )
    if row.problem:
        raise NotAPicture(row.problem)
    return Measured(**row.facts)


def steps(before: Measured, after: Measured, verdict: rules.Verdict) -> list[str]:
    """
    Return what a fix did, as ``fixes.Fixed.steps`` names it, by what came of it.

    :param verdict: of the file before
    """
    was, now = before.width / before.height, after.width / after.height
    padded = abs(was - now) > 2 / min(after.width, after.height)
    done = {
        "colours": before.colour != after.colour,
        "opaque": before.transparent > after.transparent,
        "smaller": max(after.width, after.height) < max(before.width, before.height),
        "padded": padded,
        "format": before.format != after.format,
        "weight": before.format == after.format and after.bytes < before.bytes,
        # Every JPEG names some; it was done on purpose only where a rule asked for it.
        "dpi": any(line.rule.measure == "dpi" for line in verdict.failed),
    }
    return [step for step, is_done in done.items() if is_done]


def _fix(row: Verdict, verdict: rules.Verdict, *, now: datetime) -> tuple[Rendition, Measured] | None:
    """Return the file of which no rule fails and what it is in numbers, ``None`` when nothing safe makes one."""
    # A name may come right with its ending.
    hopeful = fixes.FIXABLE | {"file_name"} | ({"off_white"} if row.revision.format in _HAZY else set())
    if not {line.rule.measure for line in verdict.failed} <= hopeful:
        return None
    revision = made_to_order.fitted(row.version, row.revision, row.specification, now=now)
    try:
        fix = services.ensure(version=row.version, revision=revision, now=now, wait_seconds=0)
    except services.CannotBeMade:
        # Nobody ordered it, so it is nobody's trouble.
        Rendition.objects.filter(version=row.version, revision=revision, state=RenditionState.FAILED).delete()
        return None
    # One that was made before may have lost its good name since.
    name = file_names.of_version(row.version, revision, width=fix.width, height=fix.height)
    try:
        measured = replace(measured_of(fix.sha256, _bytes_of(fix), now=now), file_name=name)
    except NotAPicture:
        return None
    return None if rules.judge(verdict.specification, measured).failed else (fix, measured)


def _bytes_of(rendition: Rendition) -> bytes:
    with store.open_bytes(rendition.sha256) as source:
        return source.read()


def is_judged(revision: RecipeRevision, medium: str) -> bool:
    """Whether there can be a verdict on what a revision makes of a file of this medium: pictures alone."""
    if revision.format in {Format.MP4, Format.WEBM}:
        return False
    return medium == Medium.IMAGE or (medium == Medium.VECTOR and revision.format != Format.ORIGINAL)
