"""States as staff see them: icon and word."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.catalog.models import AssetVersion, Variant
from portal.core.staff_admin import mark
from portal.partners.choices import CommunityStatus, PartnerStatus
from portal.partners.models import Community, Partner
from portal.publications.models import Publication, PublicationItem
from portal.renditions.choices import RenditionState, VerdictState
from portal.renditions.models import Rendition, Verdict

_PARTNER = {
    PartnerStatus.ACTIVE: ("ok", "check-circle", "bare"),
    PartnerStatus.INVITED: ("plan", "mail", ""),
    PartnerStatus.SUSPENDED: ("bad", "slash", ""),
    PartnerStatus.TERMINATED: ("mute", "minus-circle", ""),
}
_RENDITION = {
    RenditionState.READY: ("ok", "check-circle", "bare"),
    RenditionState.WANTED: ("mute", "hourglass", "bare"),
    RenditionState.FAILED: ("bad", "x-circle", ""),
    RenditionState.AWAY: ("mute", "minus-circle", "bare"),
    RenditionState.ALTERED: ("bad", "swap", ""),
}
_VERDICT = {
    VerdictState.PASSED: ("ok", "check-circle", "bare"),
    VerdictState.WANTED: ("mute", "hourglass", "bare"),
    VerdictState.FAILED: ("mute", "slash", "bare"),
    VerdictState.UNKNOWN: ("mute", "minus-circle", "bare"),
    VerdictState.IMPOSSIBLE: ("bad", "x-circle", ""),
}
_ITEM = {
    PublicationItem.State.LIVE: ("ok", "check-circle", "bare"),
    PublicationItem.State.SCHEDULED: ("plan", "calendar", ""),
    PublicationItem.State.ENDED: ("mute", "minus-circle", ""),
}


def partner_mark(partner: Partner) -> SafeString:
    tone, icon_name, look = _PARTNER[PartnerStatus(partner.status)]
    return mark(tone, icon_name, partner.get_status_display(), look=look)


def community_mark(community: Community) -> SafeString:
    if community.status == CommunityStatus.ACTIVE:
        return mark("ok", "check-circle", community.get_status_display(), look="bare")
    return mark("mute", "lock", community.get_status_display())


def rendition_mark(rendition: Rendition) -> SafeString:
    tone, icon_name, look = _RENDITION[RenditionState(rendition.state)]
    return mark(tone, icon_name, rendition.get_state_display(), look=look)


def verdict_mark(verdict: Verdict) -> SafeString:
    tone, icon_name, look = _VERDICT[VerdictState(verdict.state)]
    return mark(tone, icon_name, verdict.get_state_display(), look=look)


def variant_mark(variant: Variant) -> SafeString:
    """What the DAM says about a file, as far as it decides anything here."""
    if variant.gone_at is not None:
        # What is no more in the media library has no version; what was only moved away keeps it.
        text = _("Deleted") if variant.current is None else _("Moved away")
        return mark("bad", "minus-circle", text)
    if variant.current is None:
        return mark("warn", "hourglass", _("Not approved"))
    if not variant.approved:
        return mark("warn", "hourglass", _("New version waits"))
    return mark("ok", "check-circle", _("Approved"), look="bare")


def version_mark(version: AssetVersion) -> SafeString:
    """Whether a version is still the one to use."""
    if version.withdrawn_at is not None:
        return mark("bad", "minus-circle", version.get_withdrawal_display() or _("Withdrawn"))
    if version.replaced_at is not None:
        return mark("mute", "swap", _("Replaced"))
    return mark("ok", "check-circle", _("Current"), look="bare")


def item_mark(item: PublicationItem) -> SafeString:
    if item.withdrawn_at is not None:
        return mark("bad", "minus-circle", item.get_withdrawal_display() or _("Withdrawn"))
    tone, icon_name, look = _ITEM[PublicationItem.State(item.state)]
    return mark(tone, icon_name, item.get_state_display(), look=look)


def post_mark(publication: Publication) -> SafeString:
    """Whether the Trading Grid holds what the portal shows."""
    if publication.posted_revision >= publication.revision:
        return mark("ok", "check-double", _("Posted"), look="bare")
    if publication.posted_revision:
        return mark("warn", "hourglass", _("Newer one waits"))
    return mark("plan", "hourglass", _("Waits"))
