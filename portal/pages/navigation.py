"""The main menu. A page that comes later adds one line here."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import ResolverMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.partners.models import Partner


@dataclass(frozen=True)
class Entry:
    """
    ``name``   the address's name in ``pages``, taking the company alone
    ``icon``   of the sprite, for the bar on a phone
    ``below``  names of the pages that belong to it
    """

    name: str
    label: Promise
    icon: str
    below: Sequence[str] = ()


@dataclass(frozen=True)
class Link:
    """An entry for one company and the page being shown."""

    label: Promise
    icon: str
    url: str
    is_current: bool


ENTRIES = (
    Entry("home", _("Home"), "home", below=("onboarding", "onboarding-step")),
    Entry("assets", _("Assets"), "image", below=("asset", "packs", "pack", "pack-terms")),
    Entry("products", _("Products"), "box"),
    Entry("downloads", _("Downloads"), "download", below=("check", "basket", "shares", "embeds")),
    Entry("requests", _("Requests"), "flag-chat", below=("request", "request-new")),
)


def links(company: Partner, match: ResolverMatch | None) -> list[Link]:
    """Return the menu of a company."""
    shown = match.url_name if match is not None and match.namespace == "pages" else None
    return [
        Link(
            label=entry.label,
            icon=entry.icon,
            url=reverse(f"pages:{entry.name}", args=[company.slug]),
            is_current=shown == entry.name or shown in entry.below,
        )
        for entry in ENTRIES
    ]
