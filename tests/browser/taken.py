"""What the companies of the browser tests took, chose, shared and embedded."""

from datetime import datetime, timedelta

from portal.accounts.models import User
from portal.catalog.models import Asset, Variant
from portal.downloads import baskets, embeds, jobs, shares
from portal.downloads.choices import EmbedEnd, JobState, Origin, Via
from portal.downloads.models import ArchiveJob, BasketItem, EmbedLink, ShareRecipient
from portal.downloads.services import Taker, authorise_download
from portal.downloads.wishes import Wish
from portal.partners.models import Membership, Partner
from portal.renditions.models import Recipe, Rendition
from tests.builders import take


class Taken:
    """A part of ``House``, which has the companies, people and files."""

    now: datetime
    shop: Partner
    archive: Partner
    reader: User
    archivist: User
    muesli: Asset
    back: Asset
    scheduled: Asset
    film: Asset
    gone: Asset

    def _take(self, *assets: Asset, at, **which) -> None:
        for asset in assets:
            take(self.shop, asset, user=self.reader, now=at, **which)

    def _downloads(self) -> None:
        self._take(self.muesli, at=self.now - timedelta(hours=1))

    def _wanted(self) -> None:
        """A basket with what is right, replaced and not yet; downloads prepared and not; digests of every kind."""
        muesli = self.muesli.variants.get(language="de")
        chosen = [muesli, self.back.variants.get(), self.scheduled.variants.get(), self.film.variants.get()]
        baskets.add(partner=self.shop, user=self.reader, variants=[v.public_id for v in chosen], now=self.now)
        older = muesli.versions.get(number=1)
        BasketItem.objects.filter(user=self.reader, variant=muesli).update(version=older)
        held = [*older.renditions.all(), *chosen[1].current.renditions.all(), *self.gone_renditions()]
        names = [f"{row.sha256}  photos/{row.pk}.webp" for row in held if not row.revision.recipe.is_preview]
        self.digests = "\n".join([*names, f"{'0' * 64}  somebody_elses.jpg", "a line without"])

        self.shared, self.locked = (
            shares.share(
                by=shares.Sharer.person(Membership.objects.get(user=self.reader, partner=self.shop)),
                title=title,
                emails=["agency@print.example", "printer@print.example"],
                wishes=[Wish(muesli.pk, Recipe.objects.get(key="web-1200").pk)],
                expires_at=self.now + timedelta(days=14),
                most_downloads=most,
                password=password,
                now=self.now,
            )[1]["agency@print.example"]
            for title, most, password in (
                ("For the poster", 3, ""),
                ("For the press", None, "a long password"),
            )
        )
        shares.revoke_recipient(
            recipient=ShareRecipient.objects.get(link__title="For the poster", email="printer@print.example"),
            actor="system",
            now=self.now,
        )
        papers = Variant.objects.filter(path__startswith="/Archive/").order_by("pk")[:3]
        original = Recipe.objects.get(key="original")
        for state in (JobState.FAILED, JobState.READY, JobState.PREPARING):
            job = jobs.begin(
                partner=self.archive,
                taker=Taker(f"user:{self.archivist.public_id}", Via.PAGE, self.archivist),
                wishes=[Wish(paper.pk, original.pk) for paper in papers],
                origin=Origin.BASKET,
                now=self.now,
            )
            why = {"title": "Paper 99", "recipe": "original", "why": "The brand has removed this file."}
            ArchiveJob.objects.filter(pk=job.pk).update(state=state, left_out=[why])
            job.files.filter(position=0).update(problem="not_made" if state == JobState.FAILED else "")

    def gone_renditions(self):
        """Return what was cut of the file that was taken back."""
        return Rendition.objects.filter(version__variant__asset=self.gone)

    def _embeds(self) -> None:
        """One picture in three sizes: on its way to the delivery, there, and taken back."""
        member = Membership.objects.get(user=self.reader, partner=self.shop)
        ready, ended, _opening = (
            self._embed(member, recipe) for recipe in ("web-1200", "web-jpeg", "marketplace")
        )
        for link in (ready, ended):
            address = f"https://cdn.example/muesli_back.jpg?w=1200&h=1200&link={link.public_id}"
            embeds.mark_ready(addresses={link.pk: address}, was_public=False, now=self.now)
        embeds.revoke(link=ended, end=EmbedEnd.COMPANY, actor=ended.actor, now=self.now)

    def _embed(self, member: Membership, recipe: str) -> EmbedLink:
        grant = authorise_download(
            partner=self.shop, asset_id=self.back.public_id, recipe=recipe, now=self.now
        )
        return embeds.make_by_person(membership=member, grant=grant, now=self.now)
