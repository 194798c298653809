"""Check my files: what digests are, whoever's they are, and their replacements."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.catalog.models import Variant
from portal.downloads import digest_lists
from portal.downloads.digest_lists import Named
from portal.downloads.models import ArchiveJob
from tests.builders import current_version, make_rendition, release_one
from tests.portal.pages.reading import words

NEVER = hashlib.sha256(b"never ours").hexdigest()


def shown(jana, folder: str, name: str):
    asset = release_one(f"{folder}/{name}.jpg", uuid=name, title={"en": name}, now=timezone.now())
    return asset, make_rendition(current_version(asset))


def replace(name: str):
    later = timezone.now()
    return release_one(
        f"/Ours/{name}.jpg", uuid=f"{name}-2", previous_uuids=(name,), modified_at=later, now=later
    )


def withdraw(name: str):
    later = timezone.now()
    release_one(f"/Ours/{name}.jpg", uuid=name, approved=False, modified_at=later, now=later)


def ask(jana, text: str):
    return jana.client.post(f"/o/{jana.partner.slug}/check/", {"digests": text})


@pytest.fixture
def shelf(jana, stranger):
    """One rendition of every kind, by what it is."""
    held = {name: shown(jana, "/Ours", name)[1] for name in ("stays", "changes", "goes")}
    held["theirs"] = shown(stranger, "/Theirs", "secret")[1]
    replace("changes")
    withdraw("goes")
    return {name: rendition.sha256 for name, rendition in held.items()}


def test_every_file_is_told_apart_and_what_needs_doing_comes_first(jana, shelf):
    text = "\n".join(f"{sha256}  {name}.webp" for name, sha256 in {**shelf, "never": NEVER}.items())

    answer = ask(jana, text)

    assert [(line.name, line.status) for line in answer.context["lines"]] == [
        ("goes.webp", "withdrawn"),
        ("changes.webp", "replaced"),
        ("theirs.webp", "unknown"),
        ("never.webp", "unknown"),
        ("stays.webp", "current"),
    ]
    assert "Replaced by version 2: changes-v2-web-1200.webp" in words(answer)
    assert "The brand has withdrawn its approval" in words(answer)


def test_another_companys_bytes_look_like_bytes_nobody_has_seen(jana, shelf):
    theirs = (
        words(ask(jana, shelf["theirs"])).replace(shelf["theirs"][:8], "#").replace(shelf["theirs"][-4:], "#")
    )
    never = words(ask(jana, NEVER)).replace(NEVER[:8], "#").replace(NEVER[-4:], "#")

    assert "secret" not in theirs
    assert theirs.count("Not ours") == never.count("Not ours") == 2
    assert len(theirs) == len(never)


def test_replacements_are_prepared_in_the_size_they_were_taken_in(jana, shelf):
    made = make_rendition(replace_again := current_version_of("changes"))

    answer = jana.client.post(
        f"/o/{jana.partner.slug}/check/replacements/", {"digests": "\n".join(shelf.values())}
    )
    job = ArchiveJob.objects.get()

    assert (answer.status_code, answer["Location"]) == (302, f"/o/{jana.partner.slug}/downloads/")
    assert list(job.files.values_list("version_id", "revision_id")) == [(replace_again.pk, made.revision_id)]


def current_version_of(name: str):
    return Variant.objects.get(path=f"/Ours/{name}.jpg").current


def test_nothing_to_replace_is_said_and_nothing_begun(jana, shelf):
    answer = jana.client.post(
        f"/o/{jana.partner.slug}/check/replacements/", {"digests": shelf["stays"]}, follow=True
    )

    assert "None of these files can be downloaded now." in words(answer)
    assert not ArchiveJob.objects.exists()


def test_many_digests_cost_as_many_questions_as_one(jana):
    digests = [shown(jana, "/Ours", f"n{n}")[1].sha256 for n in range(6)]
    replace("n0")
    ask(jana, NEVER)
    with CaptureQueriesContext(connection) as few:
        ask(jana, digests[0])
    with CaptureQueriesContext(connection) as many:
        answer = ask(jana, "\n".join(digests))

    assert len(answer.context["lines"]) == 6
    assert len(many) == len(few)


def test_text_without_a_digest_and_too_much_of_it_are_refused_in_words(jana):
    nothing = ask(jana, "photo.jpg\nanother.jpg")
    too_many = ask(jana, "\n".join(f"{n:064x}" for n in range(5001)))

    assert (nothing.status_code, too_many.status_code) == (400, 400)
    assert "There is no SHA-256 digest in it." in words(nothing)
    assert "These are 5001 files. At most 5000 can be checked at once." in words(too_many)


def test_looking_changes_nothing(jana, shelf):
    before = timezone.now() - timedelta(days=1)

    ask(jana, shelf["stays"])
    jana.get("check/", digests=shelf["stays"])

    assert not ArchiveJob.objects.filter(begun_at__gt=before).exists()


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("A" * 64, Named("a" * 64, "")),
        (f"{'a' * 64}  a name.jpg", Named("a" * 64, "a name.jpg")),
        (f"{'a' * 64} *binary.jpg", Named("a" * 64, "binary.jpg")),
        (f"\\{'a' * 64}  odd\\\\name", Named("a" * 64, "odd\\\\name")),
        (f"SHA256 (a (1).jpg) = {'a' * 64}", Named("a" * 64, "a (1).jpg")),
        (f"SHA2-256 (x) = {'a' * 64}", Named("a" * 64, "x")),
        ("a" * 63, None),
        ("a" * 65, None),
        (f"{'a' * 64}.jpg", None),
    ],
)
def test_lines_as_programs_write_them_are_read(line, read):
    found, unread = digest_lists.read(f"\n{line}\r\n\n")

    assert found == ([read] if read else [])
    assert bool(unread) == (read is None)
