"""
The staff pages: one module per subject, because each shows what several domains know. They stand above the domains,
as the partner pages and the API do, and change things through services alone. Django imports this package by its name.
"""

from portal.admin import (
    activity,
    assets,
    communities,
    downloads,
    find,
    onboarding,
    onboarding_codes,
    onboarding_editing,
    packs,
    partners,
    people,
    previews,
    publications,
    recipes,
    requests,
    rules,
    shares,
    today,
    zones,
)

__all__ = [
    "activity",
    "assets",
    "communities",
    "downloads",
    "find",
    "onboarding",
    "onboarding_codes",
    "onboarding_editing",
    "packs",
    "partners",
    "people",
    "previews",
    "publications",
    "recipes",
    "requests",
    "rules",
    "shares",
    "today",
    "zones",
]
