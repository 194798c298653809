"""Terms that a company accepts before it gets the archives of a pack; kept with the version it accepted."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.core.errors import BadInput, DomainError
from portal.packs.manifest import canonical
from portal.packs.models import Pack, PackTerms, TermsAcceptance
from portal.packs.selectors import By
from portal.partners.models import Partner


class TermsNotAccepted(DomainError):
    """The company has not accepted the terms of the pack, or has accepted older ones."""

    code = "terms_not_accepted"
    status = 403


class TermsChanged(DomainError):
    """The terms that were accepted are not the pack's any more; both digests are named."""

    code = "terms_changed"


def present(pack: Pack) -> PackTerms | None:
    """Return the terms of a pack that count now, ``None`` when it has none or they were lifted."""
    newest = pack.terms.order_by("-number").first()
    return newest if newest is not None and newest.text else None


def to_accept(partner: Partner, pack: Pack) -> PackTerms | None:
    """Return the terms a company has still to accept, ``None`` when nothing stands in its way."""
    terms = present(pack)
    if terms is None or acceptance(partner, terms) is not None:
        return None
    return terms


def acceptance(partner: Partner, terms: PackTerms) -> TermsAcceptance | None:
    """Return who accepted these terms for a company."""
    return TermsAcceptance.objects.filter(partner=partner, terms=terms).select_related("user").first()


def require(partner: Partner, pack: Pack) -> None:
    """
    :raises TermsNotAccepted: terms have still to be accepted; ``terms`` names their version and digest
    """
    if terms := to_accept(partner, pack):
        raise TermsNotAccepted(
            _("Please accept the terms of this pack on its page first."),
            terms={"version": terms.number, "sha256": terms.sha256},
        )


@transaction.atomic
def accept(*, pack: Pack, by: By, sha256: str, now: datetime) -> TermsAcceptance:
    """
    Record that a company accepts the terms of a pack. The first acceptance stands.

    :param sha256: digest of the text that was read
    :raises TermsChanged: the pack has other terms by now
    :raises BadInput: the pack has no terms
    """
    # Locked, so that the terms cannot change between looking at them and writing that they were accepted.
    terms = present(Pack.objects.select_for_update(no_key=True).get(pk=pack.pk))
    if terms is None:
        raise BadInput(_("This pack has no terms to accept."))
    if terms.sha256 != sha256:
        raise TermsChanged(
            _("The terms have changed since you read them. Please read them again."),
            sent=sha256,
            current=terms.sha256,
        )
    row, is_new = TermsAcceptance.objects.get_or_create(
        partner=by.partner,
        terms=terms,
        defaults={"sha256": terms.sha256, "actor": by.actor, "user": by.user, "accepted_at": now},
    )
    if is_new:
        activity.record(
            verb="terms.accepted",
            subject=pack.public_id,
            actor=by.actor,
            partner_id=by.partner.pk,
            data={"terms": terms.public_id, "version": terms.number, "sha256": terms.sha256},
            now=now,
        )
    return row


@transaction.atomic
def set_terms(*, pack: Pack, text: Mapping[str, str], now: datetime, actor: str) -> PackTerms | None:
    """
    Give a pack these terms; another wording is a new version, which every company is asked to accept.

    :param text: by language; empty lifts the terms
    :returns: the new version, ``None`` when nothing changes
    """
    pack = Pack.objects.select_for_update(no_key=True).get(pk=pack.pk)
    said = {language: words.strip() for language, words in text.items() if words.strip()}
    newest = pack.terms.order_by("-number").first()
    if said == (newest.text if newest is not None else {}):
        return None
    made = PackTerms.objects.create(
        pack=pack,
        number=newest.number + 1 if newest is not None else 1,
        text=said,
        sha256=hashlib.sha256(canonical(said).encode()).hexdigest(),
        created_at=now,
    )
    activity.record(
        verb="pack.terms_changed",
        subject=pack.public_id,
        actor=actor,
        data={"version": made.number, "sha256": made.sha256},
        now=now,
    )
    return made
