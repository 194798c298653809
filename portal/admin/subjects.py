"""What staff call the things the activity record names by their ids."""

from collections import defaultdict
from collections.abc import Collection

from portal.accounts import directory as accounts
from portal.catalog import library
from portal.change_requests import selectors as change_requests
from portal.downloads import share_selectors
from portal.partners import directory


def actor_names(actors: Collection[str]) -> dict[str, str]:
    """
    Return what staff call those who did something, by the name the activity record keeps: at most three queries.

    :param actors: as ``directory.actor_names`` takes them, and ``recipient:shr_...``
    """
    recipients = {actor.removeprefix("recipient:") for actor in actors if actor.startswith("recipient:")}
    found = share_selectors.recipient_names(recipients) if recipients else {}
    return directory.actor_names(actors) | {f"recipient:{key}": email for key, email in found.items()}


def subject_names(subjects: Collection[str]) -> dict[str, str]:
    """Return names by public id, for those that have one: at most one query per kind of thing."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        by_kind[subject.partition("_")[0]].add(subject)
    names: dict[str, str] = {}
    for prefix, read in (
        ("ast", library.asset_names),
        ("prt", directory.partner_names),
        ("com", directory.community_names),
        ("usr", accounts.names),
        ("req", change_requests.names),
        ("shl", share_selectors.link_names),
    ):
        if by_kind[prefix]:
            names |= read(by_kind[prefix])
    return names
