"""What has to hold before the portal may run on a database."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection, connections


def row_security_binds() -> bool:
    """Whether the role we log in with is bound by row-level security: no superuser, no ``BYPASSRLS``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


@register(Tags.database)
def role(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """``migrate`` and ``check --database default`` end here with a role that would see every company's rows."""
    if not databases or "default" not in databases or row_security_binds():
        return []
    name = connections["default"].settings_dict["USER"]
    return [
        Error(
            f"The database role {name!r} is a superuser or has BYPASSRLS, so row-level security does not bind it.",
            hint=f'As an administrator of the server: ALTER ROLE "{name}" NOSUPERUSER NOBYPASSRLS. Or let DATABASE_URL '
            "name another role that owns the database.",
            id="portal.E001",
        )
    ]
