"""The demo's requests: what Bergmann asked for, in the middle of being answered."""

from datetime import datetime, timedelta

from portal.accounts.models import User
from portal.change_requests import services, wishes
from portal.change_requests.choices import Origin
from portal.change_requests.models import ChangeRequest
from portal.change_requests.services import By
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard

COMPANY, ASKER = "Bergmann Retail", "jana.kessler@bergmann.example"


def fill(*, staff: str, now: datetime) -> None:
    """
    Ask for three things and answer two of them. Where there is a request, nothing is done.

    :param staff: mail address of who answers
    """
    partner = Partner.objects.filter(name=COMPANY).first()
    if partner is None or ChangeRequest.objects.exists():
        return
    # Fronts of the range; the first ones are enough for a demo.
    page = publications.asset_page(partner, publications.AssetFilter(kind=("packshot",)), at=now, size=60)
    cards = [card for card in page.items if card.asset.view == "front"][:3]
    if len(cards) < 3:
        return
    jana = _by(Origin.PORTAL, ASKER)
    brand = _by(Origin.STAFF, staff)
    day = timedelta(days=1)

    solved = _ask(
        partner, cards[0], jana, now - 6 * day, reason="missing_size", width=6000, height=6000, format="png",
        background="transparent", note="For the posters in our shop windows; the print shop needs it without a ground.",
    )  # fmt: skip
    services.take(request=solved, by=brand, now=now - 5 * day, due_on=(now - day).date())
    services.resolve(
        request=solved,
        text="The original is large enough: take it as it was delivered, and cut it free with its path.",
        asset=cards[0].asset,
        by=brand,
        now=now - day,
    )

    asked = _ask(
        partner, cards[1], jana, now - 3 * day, reason="missing_view", view="detail", language="de",
        needed_by=(now + 12 * day).date(), note="The nutrition table, large enough to be read on a phone.",
    )  # fmt: skip
    services.ask_partner(
        request=asked,
        text="Do you need the table of the 375 g pack as well, or only of the 750 g one?",
        by=brand,
        now=now - 2 * day,
    )

    _ask(
        partner, cards[2], jana, now - timedelta(hours=4), reason="refused_by_channel", channel_code="Error 99001",
        note="The marketplace says that the pack does not fill enough of the picture.",
    )  # fmt: skip


def _by(origin: Origin, email: str) -> By:
    user = User.objects.get(email=email)
    return By(origin, f"user:{user.public_id}", user)


def _ask(partner: Partner, card: AssetCard, by: By, at: datetime, **given) -> ChangeRequest:
    # The demo's files are younger than its requests: read when they were there, asked for when it is told.
    wish = wishes.read(partner, {"asset": card.asset.public_id, **given}, at=card.lead.released_at)
    return services.raise_request(partner=partner, wish=wish, by=by, now=at)
