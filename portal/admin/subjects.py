"""What staff call the things the activity record names by their ids."""

from collections import defaultdict
from collections.abc import Collection

from portal.accounts import directory as accounts
from portal.catalog import library
from portal.change_requests import selectors as change_requests
from portal.partners import directory


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
    ):
        if by_kind[prefix]:
            names |= read(by_kind[prefix])
    return names
