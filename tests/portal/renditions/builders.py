"""What specifications said of pictures, as it is kept, without measuring them again."""

import hashlib
import io
from typing import Any

from portal.partners.models import Channel
from portal.renditions import rulebooks, store
from portal.renditions.choices import VerdictState
from portal.renditions.models import PictureTest, Rendition, SpecificationRevision, Verdict
from tests.builders import NOON, picture


def failed_test(channel: Channel, rules: SpecificationRevision) -> PictureTest:
    """A test picture that keeps none of the rules, with the picture of where it fails."""
    return PictureTest.objects.create(
        partner=channel.partner,
        channel=channel,
        specification=rules,
        file_name="front.png",
        sha256="5" * 64,
        actor="system",
        made_at=NOON,
        **_failed(rules),
    )


def failed_verdict(rendition: Rendition, rules: SpecificationRevision) -> Verdict:
    """The verdict that a rendition keeps none of the rules, with the picture of where it fails."""
    verdict, _created = Verdict.objects.update_or_create(
        version=rendition.version,
        revision=rendition.revision,
        specification=rules,
        defaults={"sha256": rendition.sha256, "made_at": NOON, **_failed(rules)},
    )
    return verdict


def _failed(rules: SpecificationRevision) -> dict[str, Any]:
    content = picture(kind="PNG", colour="red")
    overlay = hashlib.sha256(content).hexdigest()
    store.put(overlay, io.BytesIO(content))
    lines = [{"rule": rule.id, "value": None, "state": "failed"} for rule in rulebooks.rules_of(rules).rules]
    return {"state": VerdictState.FAILED, "lines": lines, "overlay": overlay}
