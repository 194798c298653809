"""Applied in order, differences lead from any version to any other."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as some

from portal.packs import verify_pack
from portal.packs.difference import between


class File(NamedTuple):
    name: str
    sha256: str


folders = some.dictionaries(some.sampled_from("abcdefg"), some.sampled_from("1234"))


def files(folder: dict[str, str]) -> list[File]:
    return [File(*pair) for pair in sorted(folder.items())]


def applied(folder: dict[str, str], change, new: dict[str, str]) -> dict[str, str]:
    """Do what a delta says with a folder, taking bytes only from what the delta carries."""
    moved = {to: folder[old] for old, to in change.renamed}
    gone = {*change.removed, *(old for old, _to in change.renamed)}
    kept = {name: content for name, content in folder.items() if name not in gone}
    return {**kept, **moved, **{name: new[name] for name in change.carried}}


@given(before=folders, after=folders)
def test_leads_from_one_to_the_other_and_carries_only_what_is_new(before, after):
    change = between(files(before), files(after))

    assert applied(before, change, after) == after
    assert all(before.get(name) != after[name] for name in change.carried)
    assert bool(change) == (before != after)


@given(before=folders, after=folders)
def test_program_that_checks_computes_the_same(before, after):
    assert verify_pack.difference(before, after) == between(files(before), files(after)).as_json()


def test_moved_bytes_are_renamed_not_sent_again():
    change = between(files({"a": "1", "b": "2", "c": "3"}), files({"a": "9", "z": "2", "n": "4"}))

    assert change.as_json() == {
        "added": ["n"],
        "changed": ["a"],
        "removed": ["c"],
        "renamed": [{"from": "b", "to": "z"}],
    }
