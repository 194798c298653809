"""What stands where a list would: the argument of ``partials/empty.html`` that several pages share."""

from django.utils.translation import gettext as _

from portal.core.errors import BadInput


def unreadable(error: BadInput, url: str) -> dict[str, str]:
    """Say why a list's address cannot be read, and lead to its first page at ``url``."""
    return {
        "kind": "error",
        "title": _("The list could not be shown"),
        "text": str(error),
        "url": url,
        "action": _("Go to the first page"),
    }
