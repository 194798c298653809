"""Changing people."""

from django.db import transaction

from portal.accounts.models import User


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
