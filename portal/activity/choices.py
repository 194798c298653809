"""What the verbs of the activity record read like."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "version.released": _("File released"),
    "version.replaced": _("New version released"),
    "version.withdrawn": _("File withdrawn"),
    "file.downloaded": _("File downloaded"),
    "partner.added": _("Company added"),
    "partner.changed": _("Company details changed"),
    "partner.joined": _("Company joined a community"),
    "partner.left": _("Company left a community"),
    "community.added": _("Community added"),
    "community.changed": _("Community details changed"),
    "member.added": _("Person added to a company"),
    "member.role_changed": _("Role in a company changed"),
    "member.invited": _("Person invited"),
    "member.uninvited": _("Invitation taken back"),
    "client.added": _("API client added"),
    "client.revoked": _("API client revoked"),
    "staff.added": _("Person added to staff"),
    "staff.removed": _("Person removed from staff"),
    "person.deactivated": _("Person deactivated"),
    "person.reactivated": _("Person reactivated"),
    "rule.saved": _("Routing rule saved"),
    "rule.removed": _("Routing rule removed"),
    "routing.requested": _("Pass over all files asked for"),
    "recipe.revised": _("Download size revised"),
    "recipe.offered": _("Download size offered"),
    "recipe.withdrawn": _("Download size no longer offered"),
    "renditions.retried": _("Failed renditions tried again"),
    "pack.added": _("Pack added"),
    "pack.changed": _("Pack details changed"),
    "pack.composed": _("Contents of a pack changed"),
    "pack.version_begun": _("Version of a pack begun"),
    "pack.version_issued": _("Version of a pack issued"),
    "pack.version_failed": _("Version of a pack cannot be issued"),
    "pack.closed": _("Pack closed"),
    "pack.reopened": _("Pack given out again"),
    "pack.terms_changed": _("Terms of a pack changed"),
    "terms.accepted": _("Terms of a pack accepted"),
    "file.confirmed": _("Answer about a file given"),
    "confirmation.stale": _("Answer about a file became stale"),
    "programme.added": _("Onboarding programme added"),
    "programme.changed": _("Onboarding programme changed"),
    "programme.closed": _("Onboarding programme closed"),
    "document.published": _("Guidelines or terms published"),
    "document.accepted": _("Guidelines or terms accepted"),
    "onboarding.applied": _("Onboarding applied for"),
    "onboarding.started": _("Onboarding started"),
    "onboarding.completed": _("Onboarding completed"),
    "onboarding.cancelled": _("Onboarding ended early"),
    "onboarding.reminded": _("Reminder of an onboarding asked for"),
    "onboarding.code_made": _("Onboarding code made"),
    "onboarding.code_ended": _("Onboarding code ended"),
    "step.done": _("Onboarding step done"),
    "step.waived": _("Onboarding step waived"),
    "step.reopened": _("Onboarding step opened again"),
    "step.disputed": _("Company data said to be wrong"),
    "client.called": _("First call of an API client"),
    "signing_key.rotated": _("Signing key renewed"),
}
#: Verb -> (tone, icon); anything else is quiet.
MARKS = {
    "version.released": ("ok", "plus"),
    "version.replaced": ("info", "swap"),
    "version.withdrawn": ("bad", "minus-circle"),
    "file.downloaded": ("mute", "download"),
    "pack.version_issued": ("ok", "plus"),
    "pack.version_failed": ("bad", "minus-circle"),
    "file.confirmed": ("ok", "check"),
    "confirmation.stale": ("warn", "swap"),
    "onboarding.completed": ("ok", "check-double"),
    "step.done": ("ok", "check"),
    "step.disputed": ("warn", "flag-chat"),
    "partner.joined": ("ok", "users"),
    "partner.left": ("warn", "users"),
    "client.revoked": ("warn", "key"),
    "person.deactivated": ("warn", "user"),
}


def verb_text(verb: str) -> str:
    """Return a verb in the reader's language; one without words is shown as it is."""
    return str(VERBS.get(verb, verb))


def verb_mark(verb: str) -> tuple[str, str]:
    """Return tone and icon of a verb."""
    return MARKS.get(verb, ("mute", "clock"))
