"""Which variant of an asset a call means."""

from datetime import datetime

from django.utils import translation

from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, VariantCard


def variant_of(
    partner: Partner, asset_id: str, *, at: datetime, language: str | None = None, variant: str | None = None
) -> tuple[AssetCard, VariantCard]:
    """
    Return an asset with the variant asked for, or with the one in the company's language when none is asked for. Words
    of answers are English, so the company's language holds for the choice alone.

    :raises NotFound: no such asset, language or variant for this partner
    :raises Gone: taken back
    """
    with translation.override(partner.language):
        card = publications.get_asset(partner, asset_id, at=at)
        return card, publications.choose_variant(partner, card, language=language, variant=variant)
