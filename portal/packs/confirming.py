"""What partners answer about exact bytes, and when an answer is no longer about the right ones."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from portal import signals
from portal.activity import services as activity
from portal.activity.models import Activity
from portal.catalog.models import Variant
from portal.core.errors import BadInput, DomainError, Gone
from portal.packs.choices import Answer
from portal.packs.models import Confirmation, Pack, PackFile, PackVersion
from portal.packs.selectors import By, enough_for, issued_for
from portal.partners.models import Partner
from portal.publications.selectors import why_gone


class OldDigest(DomainError):
    """The answer is about bytes that have been replaced; the digest that was sent and the present one are named."""

    code = "digest_replaced"


@dataclass(frozen=True)
class Given:
    """One answer about the bytes of one digest. ``reason`` and ``text`` are needed for review and refused."""

    sha256: str
    answer: Answer
    reason: str = ""
    text: str = ""
    place: str = ""


@transaction.atomic
def confirm(
    *,
    pack: Pack,
    by: By,
    given: Sequence[Given],
    now: datetime,
    expect: Callable[[], None] | None = None,
) -> list[Confirmation]:
    """
    Record answers about files of a pack's current version: all of them or, when one is refused, none.

    The same answer again changes nothing and tells nobody; another answer takes the place of the one before. Bytes that
    stand under two names are answered for once.

    :param pack: one the partner has, as read by ``selectors``
    :param expect: called when no answer about the pack can be given by anybody else; whatever it raises is raised
    :returns: the confirmations, in the order of ``given``
    :raises OldDigest: bytes that the pack held before, or whose file was replaced a moment ago
    :raises Gone: the file has been withdrawn
    :raises BadInput: bytes that were never in this pack, or a reason is missing
    """
    files = _locked_files(pack)
    if expect is not None:
        expect()
    _refuse_old(pack, by.partner, files, given)
    for answer in given:
        if answer.answer.needs_reason and not (answer.reason and answer.text.strip()):
            raise BadInput(_("Please say why: choose a reason and describe it in a sentence."))
    kept = []
    for answer in given:
        matching = {f.version_id: f for f in files if f.sha256 == answer.sha256 and _is_present(f)}
        kept += [_keep(pack, by, file, answer, now=now) for file in matching.values()]
    changed = [confirmation for confirmation, is_new in kept if is_new]
    _tell(changed, now=now)
    return [confirmation for confirmation, _is_new in kept]


@transaction.atomic
def confirm_all(
    *,
    pack: Pack,
    by: By,
    manifest_sha256: str,
    given: Given,
    now: datetime,
    wanted_only: bool = False,
    expect: Callable[[], None] | None = None,
) -> list[Confirmation]:
    """
    Record one answer for every file of the version with this manifest that has none which still holds. Files that were
    replaced or withdrawn since are left out: nobody can answer for them before the pack's next version is there.

    :param given: its ``sha256`` is not looked at
    :param wanted_only: also for those whose answer says less than the pack asks for
    :param expect: as in ``confirm``
    :raises OldDigest: the manifest is not the current one's; both digests are named
    """
    current = Pack.objects.select_related("current").get(pk=pack.pk).current
    if current is None or current.sha256 != manifest_sha256:
        raise OldDigest(
            _("The pack has a newer version than the one you answered for. Please look at what changed."),
            sent=manifest_sha256,
            current=current.sha256 if current else None,
        )
    fresh = Confirmation.objects.filter(partner=by.partner, pack=pack, stale_at__isnull=True)
    if wanted_only:
        fresh = fresh.filter(answer__in=enough_for(pack))
    answered = set(fresh.values_list("sha256", flat=True))
    present = current.files.filter(variant__current=F("version"))
    digests = present.order_by("position").values_list("sha256", flat=True)
    wanted = dict.fromkeys(digest for digest in digests if digest not in answered)
    answers = [replace(given, sha256=digest) for digest in wanted]
    return confirm(pack=pack, by=by, given=answers, now=now, expect=expect)


def _locked_files(pack: Pack) -> list[PackFile]:
    """
    Return the current files with their variants held still until the end of the transaction.

    Variants before the pack, as in ``releases``: whoever comes second sees what the first did. So no answer given in
    the very moment its bytes are replaced can escape becoming stale.
    """
    variants = PackFile.objects.filter(pack_version__pack=pack, pack_version=pack.current_id).values(
        "variant"
    )
    list(Variant.objects.select_for_update(no_key=True).filter(pk__in=variants).order_by("pk"))
    current = Pack.objects.select_for_update(no_key=True).get(pk=pack.pk).current_id
    files = PackFile.objects.filter(pack_version=current)
    return list(files.select_related("variant", "version", "revision__recipe").order_by("position"))


def _is_present(file: PackFile) -> bool:
    """Whether these bytes are still the file's: the same bytes may stand in a pack for another file as well."""
    return file.variant.current_id == file.version_id


def _refuse_old(pack: Pack, partner: Partner, files: Sequence[PackFile], given: Iterable[Given]) -> None:
    held = {file.sha256 for file in files if _is_present(file)}
    wrong = [answer.sha256 for answer in given if answer.sha256 not in held]
    if not wrong:
        return
    for file in files:
        if file.sha256 in wrong and file.variant.current_id is None:
            raise Gone(why_gone(file.version.withdrawal), reason=file.version.withdrawal, name=file.name)
    before = PackFile.objects.filter(pack_version__in=issued_for(partner).filter(pack=pack), sha256__in=wrong)
    known = {file.sha256: file for file in before.select_related("revision").order_by("pack_version__number")}
    if unknown := [digest for digest in wrong if digest not in known]:
        raise BadInput(
            _("These bytes are not in this pack."),
            errors=[{"parameter": "sha256", "detail": f"Not in this pack: {digest}"} for digest in unknown],
        )
    present = {(file.variant_id, file.revision.recipe_id): file for file in files}
    lines = []
    for digest in wrong:
        now_held = present.get((known[digest].variant_id, known[digest].revision.recipe_id))
        # Replaced so short a time ago that the pack's next version is still being prepared: there is no digest yet.
        current = now_held.sha256 if now_held is not None and now_held.sha256 != digest else None
        lines.append({"name": known[digest].name, "sent": digest, "current": current})
    raise OldDigest(
        _("%(name)s has been replaced since. Please look at the new version and answer for that.") % lines[0],
        files=lines,
    )


def _keep(pack: Pack, by: By, file: PackFile, given: Given, *, now: datetime) -> tuple[Confirmation, bool]:
    """Return the confirmation, and whether the answer says anything that was not said before."""
    row = Confirmation.objects.filter(
        partner=by.partner, pack=pack, version=file.version, sha256=file.sha256
    ).first()
    reason, text = (given.reason, given.text.strip()) if given.answer.needs_reason else ("", "")
    said = {"answer": given.answer, "reason": reason, "text": text, "place": given.place.strip()}
    if row is not None and row.stale_at is None and all(getattr(row, name) == said[name] for name in said):
        return row, False
    row = row or Confirmation(
        partner=by.partner, pack=pack, version=file.version, sha256=file.sha256, recipe=file.revision.recipe
    )
    for name, value in said.items():
        setattr(row, name, value)
    row.file_name, row.actor, row.user = file.name, by.actor, by.user
    row.answered_at, row.stale_at = now, None
    row.save()
    return row, True


def _tell(changed: Sequence[Confirmation], *, now: datetime) -> None:
    if not changed:
        return
    activity.record_all(
        Activity(
            at=now,
            verb="file.confirmed",
            actor=row.actor,
            partner_id=row.partner_id,
            subject=row.pack.public_id,
            data={
                "sha256": row.sha256,
                "answer": row.answer,
                "reason": row.reason,
                "confirmation": row.public_id,
            },
        )
        for row in changed
    )
    signals.confirmations_changed.send(sender=Confirmation, confirmations=list(changed))


def mark_replaced(*, variants: Sequence[int], now: datetime) -> int:
    """
    Make stale what was answered about versions of these variants that are no longer the current one; nothing else.
    Inside the transaction that replaced them.

    :returns: how many became stale
    """
    rows = Confirmation.objects.filter(stale_at__isnull=True, version__variant__in=variants)
    # A file that was only withdrawn has no successor to be confirmed instead.
    old = rows.filter(version__variant__current__isnull=False).exclude(version=F("version__variant__current"))
    return _make_stale(old, now=now)


def mark_superseded(*, version: PackVersion, now: datetime) -> int:
    """Make stale what was answered about bytes whose file has others in this new version, such as by a revised size."""
    held = version.files.filter(variant=OuterRef("version__variant"), revision__recipe=OuterRef("recipe"))
    rows = Confirmation.objects.filter(pack=version.pack_id, stale_at__isnull=True)
    return _make_stale(rows.filter(Exists(held), ~Exists(held.filter(sha256=OuterRef("sha256")))), now=now)


def _make_stale(rows: QuerySet[Confirmation], *, now: datetime) -> int:
    found = list(
        rows.select_related("partner", "version", "pack").select_for_update(of=("self",)).order_by("pk")
    )
    if not found:
        return 0
    Confirmation.objects.filter(pk__in=[row.pk for row in found]).update(stale_at=now)
    for row in found:
        row.stale_at = now
    activity.record_all(
        Activity(
            at=now,
            verb="confirmation.stale",
            actor="system",
            partner_id=row.partner_id,
            subject=row.pack.public_id,
            data={"sha256": row.sha256, "confirmation": row.public_id},
        )
        for row in found
    )
    signals.confirmations_changed.send(sender=Confirmation, confirmations=found)
    return len(found)
