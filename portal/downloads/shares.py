"""
Share links: files of a company for people without an account.

A link entitles to nothing by itself: whatever is taken goes through the company's own check at that moment. Looking at
one changes nothing, because mail scanners follow links; taking is a POST, which counts and answers with a ticket.
"""

import hashlib
import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.activity import services as activity
from portal.core import rowscope
from portal.core.errors import BadInput, DomainError, Forbidden, Gone, NotFound
from portal.downloads.choices import Via
from portal.downloads.models import ShareFile, ShareLink, ShareRecipient
from portal.downloads.services import Taker
from portal.downloads.wishes import Examined, NotAllAvailable, Wish, examine, left_out
from portal.packs import selectors as packs
from portal.packs.models import Pack, PackVersion
from portal.partners.choices import Role
from portal.partners.models import Membership, Partner

MOST_RECIPIENTS = 50
MOST_FILES = 200
LONGEST = timedelta(days=365)
#: Wrong passwords in a row after which a recipient has to wait, and for how long.
WRONG_TRIES = 5
PAUSE = timedelta(minutes=15)
#: For how long what was taken may be continued, and a password counts as given.
TICKET_SECONDS = 24 * 3600
_TICKET, _UNLOCKED = "portal.share.ticket", "portal.share.unlocked"
#: What a ticket for a whole pack names.
PACK = "pack"


class TooManyTries(DomainError):
    """Wrong passwords, too many in a row. ``retry_after`` is in seconds."""

    code = "too_many_tries"
    status = 429

    def __init__(self, message: str, *, retry_after: int):
        super().__init__(message)
        self.retry_after = retry_after


class WrongPassword(DomainError):
    """Not the password of this link."""

    code = "wrong_password"
    status = 403


class UsedUp(Gone):
    """This recipient has taken what there was to take."""

    code = "used_up"


@dataclass(frozen=True)
class Opened:
    """A link in the hands of one of its recipients, open at the moment it was asked for."""

    link: ShareLink
    recipient: ShareRecipient

    @property
    def taker(self) -> Taker:
        return Taker(actor=f"recipient:{self.recipient.public_id}", via=Via.LINK)

    @property
    def left(self) -> int | None:
        """How many downloads are left, ``None`` for any number."""
        most = self.link.most_downloads
        return None if most is None else max(0, most - self.recipient.downloads)


@dataclass(frozen=True)
class Sharer:
    """Who gives files of a company away: ``actor`` as the activity record names it, ``user`` when it is a person."""

    partner: Partner
    actor: str
    user: User | None = None

    @classmethod
    def person(cls, membership: Membership) -> "Sharer":
        """
        Return a member of a company as one who may share.

        :raises Forbidden: the person may only look and download
        """
        if membership.role == Role.VIEWER:
            raise Forbidden(_("Members and managers of your company may share files. Ask one of them."))
        return cls(membership.partner, f"user:{membership.user.public_id}", membership.user)


def token_digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def share(
    *,
    by: Sharer,
    title: str,
    emails: Iterable[str],
    wishes: Sequence[Wish] = (),
    pack: Pack | None = None,
    expires_at: datetime,
    most_downloads: int | None = None,
    password: str = "",
    unknown: Sequence[Mapping[str, str]] = (),
    now: datetime,
) -> tuple[ShareLink, dict[str, str]]:
    """
    Make a link to files or to a pack for some people.

    :param wishes: files; those that cannot be had now are refused as a whole
    :param pack: read by ``packs.selectors.get_pack``
    :param unknown: what was asked for and is no file of this company's, as ``wishes.left_out`` describes files
    :returns: the link, and each recipient's token by mail address; the tokens are kept nowhere
    :raises NotAllAvailable: some files cannot be had now
    :raises BadInput: nobody, nothing or too much to share, or an end that is past or too far
    """
    partner = by.partner
    people = list(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
    if not 1 <= len(people) <= MOST_RECIPIENTS:
        raise BadInput(_("Name 1 to %(count)d people.") % {"count": MOST_RECIPIENTS})
    if not now < expires_at <= now + LONGEST:
        raise BadInput(_("A link ends after at least a day and at most a year."))
    if (pack is None) == (not wishes and not unknown) or len(wishes) > MOST_FILES:
        raise BadInput(_("Share a pack, or 1 to %(count)d files.") % {"count": MOST_FILES})
    found = examine(partner, wishes, at=now)
    if lacking := [*unknown, *(left_out(one) for one in found if not one.is_available)]:
        raise NotAllAvailable(
            _("Some of these files cannot be downloaded now. Remove them first."), files=lacking
        )
    link = ShareLink.objects.create(
        partner=partner,
        user=by.user,
        actor=by.actor,
        title=title.strip()[:120] or _("Files from %(company)s") % {"company": partner.name},
        pack=pack,
        most_downloads=most_downloads,
        password=make_password(password) if password else "",
        created_at=now,
        expires_at=expires_at,
    )
    ShareFile.objects.bulk_create(
        ShareFile(link=link, variant_id=variant, recipe_id=recipe, title=heading)
        for (variant, recipe), heading in _once(found).items()
    )
    tokens = {email: secrets.token_urlsafe(32) for email in people}
    ShareRecipient.objects.bulk_create(
        ShareRecipient(link=link, email=email, token_digest=token_digest(token))
        for email, token in tokens.items()
    )
    activity.record(
        verb="share.made",
        subject=link.public_id,
        actor=link.actor,
        partner_id=partner.pk,
        data={"recipients": len(people), "files": len(found), "pack": pack.public_id if pack else ""},
        now=now,
    )
    return link, tokens


def _once(found: Sequence[Examined]) -> dict[tuple[int, int], dict[str, str]]:
    return {
        (one.wish.variant_id, one.wish.recipe_id): one.variant.asset.title if one.variant else {}
        for one in found
    }


@transaction.atomic
def revoke(*, link: ShareLink, actor: str, now: datetime) -> bool:
    """End a link for everybody at once; ``False`` when it was taken back already. Answers that run by then run out."""
    rows = ShareLink.objects.filter(pk=link.pk, revoked_at__isnull=True)
    if not rows.update(revoked_at=now, revoked_by=actor):
        return False
    activity.record(
        verb="share.revoked", subject=link.public_id, actor=actor, partner_id=link.partner_id, now=now
    )
    return True


@transaction.atomic
def revoke_recipient(*, recipient: ShareRecipient, actor: str, now: datetime) -> bool:
    """
    Shut one recipient out for good, and whoever they passed their link on to; the others keep theirs.

    :param recipient: read by ``share_selectors.get_recipient``
    :returns: ``False`` when they were shut out already. Answers that run by then run out, as with ``revoke``
    """
    rows = ShareRecipient.objects.filter(pk=recipient.pk, revoked_at__isnull=True)
    if not rows.update(revoked_at=now):
        return False
    activity.record(
        verb="share.recipient_revoked",
        subject=recipient.link.public_id,
        actor=actor,
        partner_id=recipient.link.partner_id,
        data={"recipient": recipient.public_id},
        now=now,
    )
    return True


def open_link(token: str, *, now: datetime) -> Opened:
    """
    Return the link a token belongs to. Changes nothing.

    :raises NotFound: no such token
    :raises Gone: revoked, over, or its company's access rests
    """
    # The reader is nobody yet; the token is what entitles them, and narrows the scope to one company at once.
    with rowscope.everything():
        rows = ShareRecipient.objects.select_related("link__partner", "link__pack", "link__user")
        recipient = rows.filter(token_digest=token_digest(token)).first()
    if recipient is None:
        raise NotFound
    link = recipient.link
    if link.revoked_at is not None or recipient.revoked_at is not None:
        raise Gone(_("This link has been taken back by whoever shared it."))
    if not link.is_open(at=now) or not link.partner.is_active:
        raise Gone(_("This link is over. Ask whoever shared it for a new one."))
    return Opened(link, recipient)


def unlock(*, opened: Opened, password: str, now: datetime) -> str:
    """
    Check a password; returns what proves later that it was given.

    :raises TooManyTries: wrong too often; not even the right one is looked at
    :raises WrongPassword: not this one
    """
    # Counted before it is checked, and committed whatever comes of it, so that many at once get no more tries than one.
    with transaction.atomic():
        row = ShareRecipient.objects.select_for_update().get(pk=opened.recipient.pk)
        if row.locked_until is not None and now < row.locked_until:
            raise TooManyTries(
                _("The password was wrong too often. Please try again in 15 minutes."),
                retry_after=math.ceil((row.locked_until - now).total_seconds()),
            )
        row.wrong_tries += 1
        row.locked_until = None
        if row.wrong_tries >= WRONG_TRIES:
            row.wrong_tries, row.locked_until = 0, now + PAUSE
        row.save(update_fields=["wrong_tries", "locked_until"])
    if not check_password(password, opened.link.password):
        raise WrongPassword(_("This is not the password of the link."))
    ShareRecipient.objects.filter(pk=opened.recipient.pk).update(wrong_tries=0, locked_until=None)
    return signing.dumps(_proof(opened), salt=_UNLOCKED)


def is_unlocked(opened: Opened, proof: str) -> bool:
    """Whether a link needs no password, or this proves that it was given."""
    if not opened.link.password:
        return True
    try:
        given = signing.loads(proof, salt=_UNLOCKED, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return False
    return bool(given == _proof(opened))


def _proof(opened: Opened) -> list[str]:
    # Of this recipient and this password: another one, set later, is to be given anew.
    return [opened.recipient.public_id, hashlib.sha256(opened.link.password.encode()).hexdigest()[:16]]


@transaction.atomic
def take(*, opened: Opened, what: str, now: datetime) -> str:
    """
    Count one download of something of a link; returns the ticket with which its bytes are fetched, and continued.

    :param what: key of a file as ``contents`` names it, or ``PACK``
    :raises NotFound: it is not of this link
    :raises UsedUp: the recipient's downloads are used up
    """
    named = {PACK} if opened.link.pack_id is not None else {key_of(f) for f in opened.link.files.all()}
    if what not in named:
        raise NotFound
    row = ShareRecipient.objects.select_for_update().get(pk=opened.recipient.pk)
    most = opened.link.most_downloads
    if most is not None and row.downloads >= most:
        raise UsedUp(_("You have used up the downloads of this link. Ask whoever shared it for a new one."))
    row.downloads += 1
    row.last_at = now
    row.save(update_fields=["downloads", "last_at"])
    activity.record(
        verb="share.taken",
        subject=opened.link.public_id,
        actor=opened.taker.actor,
        partner_id=opened.link.partner_id,
        data={"what": what},
        now=now,
    )
    return signing.dumps([row.public_id, what], salt=_TICKET)


def read_ticket(opened: Opened, ticket: str) -> str:
    """
    Return what a ticket is for.

    :raises NotFound: no ticket of this recipient
    :raises Gone: it is too old
    """
    try:
        recipient, what = signing.loads(ticket, salt=_TICKET, max_age=TICKET_SECONDS)
    except signing.SignatureExpired as error:
        raise Gone(_("This download was begun too long ago. Open the link again.")) from error
    except signing.BadSignature as error:
        raise NotFound from error
    if recipient != opened.recipient.public_id:
        raise NotFound
    return str(what)


def key_of(file: ShareFile) -> str:
    """Return what names a file within its link."""
    return str(file.pk)


def contents(opened: Opened, *, at: datetime) -> list[tuple[str, Examined]]:
    """Return the files of a link by their keys, each as its company may have it now."""
    files = list(opened.link.files.order_by("pk"))
    wishes = [Wish(file.variant_id, file.recipe_id, None, file.title) for file in files]
    found = examine(opened.link.partner, wishes, at=at)
    return [(key_of(file), one) for file, one in zip(files, found, strict=True)]


def shared_pack(opened: Opened, *, at: datetime) -> PackVersion:
    """
    Return the version of the pack that the company gets now.

    :raises NotFound: it is not the company's any more
    """
    assert opened.link.pack is not None
    return packs.get_version(opened.link.partner, opened.link.pack.public_id, at=at)
