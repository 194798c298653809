"""Changing people."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.activity import services as activity
from portal.core.errors import DomainError


@transaction.atomic
def set_reading(
    *, user: User, language: str | None = None, time_zone: str | None = None, name: str | None = None
) -> None:
    """
    Keep how a person reads and is called; ``None`` leaves a value as it is.

    :param language: one of ``settings.LANGUAGES``
    :param time_zone: IANA name, or empty for UTC
    """
    given = {"language": language, "time_zone": time_zone, "name": name}
    changed = [field for field, value in given.items() if value is not None and getattr(user, field) != value]
    for field in changed:
        setattr(user, field, given[field])
    if changed:
        user.save(update_fields=changed)


class AlreadyStaff(DomainError):
    """The person belongs to staff already."""

    code = "already_staff"


class LastAdministrator(DomainError):
    """Somebody has to be left who can let people in."""

    code = "last_administrator"


@transaction.atomic
def make_staff(*, email: str, name: str, administrator: bool, now: datetime, actor: str) -> User:
    """
    Let a person into the staff pages. Nobody sets a password for them: they sign in by a code that is mailed to them,
    and may add a password or a passkey themselves.

    :param administrator: may also let people in and out
    :raises AlreadyStaff: they are in already
    """
    email = email.strip().lower()
    user = User.objects.select_for_update().filter(email=email).first()
    if user is not None and user.is_staff and user.is_active:
        raise AlreadyStaff(_("%(email)s belongs to staff already.") % {"email": email})
    if user is None:
        user = User.objects.create_user(email, None, name=name)
    user.is_staff, user.is_active, user.is_superuser = True, True, administrator
    user.save(update_fields=["is_staff", "is_active", "is_superuser"])
    activity.record(
        verb="staff.added",
        subject=user.public_id,
        actor=actor,
        data={"administrator": administrator},
        now=now,
    )
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, now: datetime, actor: str) -> int:
    """
    Let a person sign in, or no longer. Who may not loses every open session at once.

    :returns: how many sessions were ended
    :raises LastAdministrator: nobody else could let people in
    """
    if not active:
        _keep_an_administrator(user)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active == active:
        return 0
    user.is_active = active
    user.save(update_fields=["is_active"])
    sessions = list(UserSession.objects.filter(user=user)) if not active else []
    for session in sessions:
        session.end()
    activity.record(
        verb="person.reactivated" if active else "person.deactivated",
        subject=user.public_id,
        actor=actor,
        data={} if active else {"sessions": len(sessions)},
        now=now,
    )
    return len(sessions)


@transaction.atomic
def end_staff(*, user: User, now: datetime, actor: str) -> None:
    """
    Take the staff pages from a person; their places in companies stay.

    :raises LastAdministrator: nobody else could let people in
    """
    _keep_an_administrator(user)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_staff:
        return
    user.is_staff = user.is_superuser = False
    user.save(update_fields=["is_staff", "is_superuser"])
    activity.record(verb="staff.removed", subject=user.public_id, actor=actor, now=now)


def _keep_an_administrator(user: User) -> None:
    # All of them are locked, in order, so that two administrators cannot put each other out at the same moment.
    administrators = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").select_for_update()
    if [administrator.pk for administrator in administrators] == [user.pk]:
        raise LastAdministrator(
            _("%(person)s is the only administrator. Make somebody else one first.") % {"person": user}
        )
