"""Reading people of all companies and of staff. For staff."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from portal.accounts.models import User


def sessions_of(user: User) -> list[UserSession]:
    """Return a person's open sessions, the last used first."""
    return list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))


def second_factors(users: list[User]) -> set[int]:
    """Return the row numbers of those who have a passkey or another second factor: one query."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    rows = Authenticator.objects.filter(user__in=[user.pk for user in users], type__in=kinds)
    return set(rows.values_list("user_id", flat=True))


def names(public_ids: Collection[str]) -> dict[str, str]:
    """Return what people are called, by their public ids: one query."""
    return {user.public_id: str(user) for user in User.objects.filter(public_id__in=public_ids)}
