"""What anybody may have of packs: the keys, the list of withdrawn bytes, and the program that checks."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache as shared
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from portal.catalog.choices import Withdrawal
from portal.catalog.models import AssetVersion
from portal.core import rowscope
from portal.packs import signing
from portal.packs.choices import VersionState
from portal.packs.manifest import canonical
from portal.packs.models import PackFile

#: For how long a list of withdrawn bytes may be given out again.
RECALLED_FOR = timedelta(seconds=60)


def recalled_list(*, now: datetime) -> dict[str, str]:
    """
    Return the signed list of bytes that were given out in packs and are withdrawn now, as it is served.

    It names digests, times and reasons only: they tell something to nobody but those who hold the bytes.
    """
    held: dict[str, str] | None = shared.get("packs:recalled")
    if held is None:
        # Every company's, because it says nothing about any of them.
        with rowscope.everything():
            payload = canonical(_recalled(now))
            key = signing.key_in_use(now=now)
            held = {"payload": payload, **signing.envelope(key, payload.encode())}
        shared.set("packs:recalled", held, RECALLED_FOR.seconds)
    return held


def _recalled(now: datetime) -> dict[str, Any]:
    """One question, however many there are: it is answered anew once a minute at most."""
    # Whoever takes a file back takes back its earlier versions as well: the address of none of them answers any more.
    gone = (
        Q(version__withdrawn_at__isnull=False)
        | Q(variant__current__isnull=True)
        | Q(variant__rights_end__lte=now)
    )
    files = PackFile.objects.filter(pack_version__state=VersionState.ISSUED)
    # Moved in the DAM by deleting and uploading: the same bytes are in the pack under another name, and stay.
    still = files.filter(
        ~gone,
        pack_version=OuterRef("pack_version__pack__current"),
        sha256=OuterRef("sha256"),
    )
    # Versions that had been replaced say nothing themselves: when and why is said by the last that was current.
    last = AssetVersion.objects.filter(
        variant=OuterRef("variant"), variant__current__isnull=True, withdrawn_at__isnull=False
    ).order_by("-withdrawn_at")
    rows = (
        files.filter(gone)
        .exclude(Exists(still))
        .annotate(
            at=Coalesce("version__withdrawn_at", Subquery(last.values("withdrawn_at")[:1])),
            why=Coalesce(NullIf("version__withdrawal", Value("")), Subquery(last.values("withdrawal")[:1])),
        )
        .order_by("sha256", F("at").desc(nulls_last=True))
        .distinct("sha256")
        .values_list("sha256", "at", "why", "variant__rights_end")
    )
    lines = [
        {"sha256": sha256, "since": _utc(at or ended or now), "reason": reason or Withdrawal.RIGHTS.value}
        for sha256, at, reason, ended in rows.iterator(2000)
    ]
    return {"format": "partner-portal-recalled/1", "listed_at": _utc(now), "recalled": lines}


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _program(name: str) -> str:
    return Path(__file__).with_name(name).read_text()


def _filled(name: str, *places: tuple[str, str]) -> str:
    text = _program(name)
    for empty, filled in places:
        if text.count(empty) != 1:
            raise ValueError(f"{name} has no place for {empty!r}")
        text = text.replace(empty, filled)
    return text


def _portal() -> tuple[str, str]:
    return 'PORTAL = ""\n', f"PORTAL = {json.dumps(settings.PORTAL_URL)}\n"


def _keys(now: datetime) -> tuple[str, str]:
    # A copy that is fetched before the first pack is signed must know its key as well.
    with rowscope.everything():
        signing.key_in_use(now=now)
    keys = {key["kid"]: key["x"] for key in signing.public_keys()}
    return "KEYS: dict[str, str] = {}\n", f"KEYS: dict[str, str] = {json.dumps(keys)}\n"


def verifier(*, now: datetime) -> str:
    """Return the checking program with the portal's present keys and address in it, ready to work offline."""
    return _filled("verify_pack.py", _keys(now), _portal())


def mirror(*, now: datetime) -> str:
    """
    Return the program that keeps a folder in step with a pack: with the portal's present keys and address in it, and
    with the lines of the checking program that check a signature.
    """
    _before, mark, rest = _program("verify_pack.py").partition("# -- Ed25519")
    checking, end, _after = rest.partition("# -- Reading")
    if not (mark and end):
        raise ValueError("verify_pack.py does not tell where its check of signatures begins and ends")
    lines = ("from portal.packs.verify_pack import signed_by\n", f"{mark}{checking.rstrip()}\n")
    return _filled("portal_mirror.py", lines, _keys(now), _portal())
