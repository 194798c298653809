"""A picture of the partner's own, held against the rules of one of its channels."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO

from django.db import transaction
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.core.counting import count
from portal.core.errors import DomainError, NotFound
from portal.core.paging import Page, paginate
from portal.partners.models import Channel, Partner
from portal.renditions import judging, rulebooks, services
from portal.renditions.models import PictureTest, SpecificationRevision
from portal.renditions.verdicts import fixes, rules
from portal.renditions.verdicts.measure import MOST_PIXELS, NotAPicture, TooManyPixels, measure

#: A test picture weighs at most this.
MOST_BYTES = 25_000_000
#: Measuring takes a second of one of our processors; a company may try this often in a minute, whatever comes of it.
PER_MINUTE = 12


class CannotTest(DomainError):
    """The picture cannot be held against any rules."""

    code = "not_a_picture"


class TooOften(DomainError):
    """The company tested many pictures a moment ago."""

    code = "too_many_tests"
    status = 429


def run(*, channel: Channel, content: bytes, file_name: str, now: datetime, actor: str) -> PictureTest:
    """
    Return the verdict on a picture by the newest rules of a channel. The picture itself is not kept.

    :raises CannotTest: the channel has no rules, or the bytes are no picture that can be measured
    :raises TooOften: ask again in a minute
    """
    revision = rulebooks.newest([channel.specification_id or 0]).get(channel.specification_id or 0)
    if revision is None:
        raise CannotTest(_("This channel has no specification to hold a picture against."))
    # Before the work, and not by what was kept: many at once and those that fail take as long.
    if count(f"picture-tests:{channel.partner_id}", 60) > PER_MINUTE:
        raise TooOften(_("That were many pictures in a short time. Please wait a minute."))
    if len(content) > MOST_BYTES:
        raise CannotTest(_("The picture is larger than 25 MB."))
    specification = rulebooks.rules_of(revision)
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")[:255]
    try:
        measured = measure(content)
        verdict = rules.judge(specification, replace(measured, file_name=name))
        overlay = judging.kept_overlay(content, verdict) if verdict.failed else ""
        steps = _safe_steps(content, specification, name) if verdict.failed else []
    except TooManyPixels as error:
        most = {"number": MOST_PIXELS // 1_000_000}
        raise CannotTest(_("The picture has more than %(number)d million pixels.") % most) from error
    except NotAPicture as error:
        raise CannotTest(
            _("This file cannot be read as a picture. Try a JPEG, PNG, WebP, AVIF or TIFF.")
        ) from error
    return _kept(channel, revision, verdict, content, name, overlay, steps, now=now, actor=actor)


def _safe_steps(content: bytes, specification: rules.Specification, name: str) -> list[str]:
    """Return what would put everything right, empty when nothing safe does."""
    try:
        fixed = fixes.fix(content, specification, file_name=name)
    except fixes.CannotFix:
        return []
    after = rules.judge(specification, replace(measure(fixed.content), file_name=name))
    return [] if after.failed else list(fixed.steps)


@transaction.atomic
def _kept(
    channel: Channel,
    revision: SpecificationRevision,
    verdict: rules.Verdict,
    content: bytes,
    name: str,
    overlay: str,
    steps: list[str],
    *,
    now: datetime,
    actor: str,
) -> PictureTest:
    test = PictureTest.objects.create(
        partner_id=channel.partner_id,
        channel=channel,
        specification=revision,
        file_name=name,
        sha256=services.digests(BytesIO(content))[0],
        state=judging.overall(verdict),
        lines=judging.as_lines(verdict),
        fix_steps=steps,
        overlay=overlay,
        actor=actor,
        made_at=now,
    )
    activity.record(
        verb="channel.tested",
        subject=channel.public_id,
        actor=actor,
        partner_id=channel.partner_id,
        data={"test": test.public_id, "state": test.state, "sha256": test.sha256},
        now=now,
    )
    return test


def latest(channel: Channel) -> PictureTest | None:
    """Return a channel's last test picture with its rules, if any. The channel proves that the reader may see it."""
    rows = PictureTest.objects.filter(channel=channel).select_related("specification__specification")
    return rows.order_by("-made_at", "-pk").first()


def page(channel: Channel, *, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of a channel's test pictures, newest first, with their rules: one query. The channel proves that the
    reader may see them.

    :raises BadInput: the cursor is damaged
    """
    rows = PictureTest.objects.filter(channel=channel).select_related(
        "channel", "specification__specification"
    )
    return paginate(rows, order=("-made_at", "-id"), kinds=(datetime, int), size=size, cursor=cursor)


def get(partner: Partner, public_id: str) -> PictureTest:
    """
    Return one test picture's verdict, with its channel and its rules.

    :raises NotFound: unknown, or another company's
    """
    rows = PictureTest.objects.filter(partner=partner, public_id=public_id)
    found = rows.select_related("channel", "specification__specification").first()
    if found is None:
        raise NotFound
    return found
