"""Captions beside a video: to play with it, and to take."""

from dataclasses import dataclass
from datetime import datetime

from portal.catalog.captions import is_played
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, VariantCard
from portal.renditions import selectors as renditions
from portal.renditions.selectors import ORIGINAL, Size


@dataclass(frozen=True)
class CaptionsLine:
    """One file of captions: ``one`` of ``card``, in the ``size`` it is given out in, which is as it is."""

    card: AssetCard
    one: VariantCard
    size: Size

    @property
    def is_played(self) -> bool:
        """Whether browsers can show it over the video, now."""
        version = self.one.version
        plays = is_played(media_type=version.media_type, extension=version.extension)
        return self.one.is_usable and plays

    @property
    def label(self) -> str:
        """The language, else what the file is called."""
        return self.one.language_label or self.card.asset.name


def lines(company: Partner, card: AssetCard, shown: VariantCard, *, at: datetime) -> list[CaptionsLine]:
    """Return the captions of the shown variant, none for what is no video: a constant number of queries."""
    beside = publications.captions_of(company, card, [shown], at=at)
    files = [(one, variant) for one in beside for variant in one.variants]
    revision = renditions.revision_for(files[0][1].version, ORIGINAL) if files else None
    if revision is None:
        return []
    sizes = renditions.sizes_for([(variant.version, revision) for _card, variant in files])
    return [
        CaptionsLine(card=one, one=variant, size=sizes[variant.version.pk, revision.pk])
        for one, variant in files
    ]
