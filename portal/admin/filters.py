"""Filters that other pages lead to, and those that ask for more than one column."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.catalog.models import Asset, Product
from portal.core.staff_lists import LinkedFilter
from portal.partners.models import Community, Membership, Partner
from portal.publications.models import Publication
from portal.publications.overview import expiring_soon, waiting


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


class _ByRow(LinkedFilter):
    """Rows that belong to one row of another table. ``path`` leads there."""

    model: type
    path: str

    def name_of(self, value: str) -> str:
        found = self.model.objects.filter(pk=_number(value)).first()
        return str(found) if found else ""

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{self.path: _number(self.value())}) if self.value() else queryset


class OfPartner(_ByRow):
    title, parameter_name, model, path = _("company"), "partner", Partner, "partner"


class OfCommunity(_ByRow):
    title, parameter_name, model, path = _("community"), "community", Community, "community"


class OfAsset(_ByRow):
    title, parameter_name, model, path = _("asset"), "asset", Asset, "asset"


class OfProduct(_ByRow):
    title, parameter_name, model, path = _("product"), "product", Product, "product"


class PublishedIn(_ByRow):
    """Assets that are published in one community now."""

    title, parameter_name, model = _("community"), "community", Community

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        there = Publication.objects.filter(community=_number(self.value()), withdrawn_at__isnull=True)
        return queryset.filter(pk__in=there.values("asset"))


class AboutSubject(LinkedFilter):
    """Activities about one thing, by its public id."""

    title, parameter_name = _("subject"), "subject"

    def name_of(self, value: str) -> str:
        return value

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        return queryset.filter(subject=self.value()) if self.value() else queryset


class Standing(admin.SimpleListFilter):
    """How an asset stands between the DAM and the partners."""

    title, parameter_name = _("standing"), "standing"

    def lookups(self, request, model_admin):
        return [
            ("published", _("Published")),
            ("expiring", _("Rights end soon")),
            ("unpublished", _("Approved, but published nowhere")),
            ("unapproved", _("Waits for approval")),
            ("gone", _("Deleted in the library")),
        ]

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        published = Publication.objects.filter(withdrawn_at__isnull=True).values("asset")
        alive = Q(variants__gone_at__isnull=True)
        match self.value():
            case "published":
                return queryset.filter(pk__in=published)
            case "expiring":
                return queryset.filter(pk__in=expiring_soon(now=now).values("asset"))
            case "unpublished":
                fit = queryset.model.objects.filter(alive, variants__current__isnull=False)
                return queryset.filter(pk__in=fit.values("pk")).exclude(pk__in=published)
            case "unapproved":
                waits = queryset.model.objects.filter(alive, variants__approved=False)
                return queryset.filter(pk__in=waits.values("pk"))
            case "gone":
                living = queryset.model.objects.filter(alive)
                return queryset.exclude(pk__in=living.values("pk"))
        return queryset


class Kind(admin.SimpleListFilter):
    """What a person is here."""

    title, parameter_name = _("kind"), "kind"

    def lookups(self, request, model_admin):
        return [
            ("staff", _("Staff")),
            ("administrators", _("Administrators")),
            ("companies", _("Of companies")),
        ]

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "staff":
                return queryset.filter(is_staff=True)
            case "administrators":
                return queryset.filter(is_staff=True, is_superuser=True)
            case "companies":
                return queryset.filter(Exists(Membership.objects.filter(user=OuterRef("pk"))))
        return queryset


class InLibrary(admin.SimpleListFilter):
    """Whether the DAM still has a file."""

    title, parameter_name = _("there"), "there"

    def lookups(self, request, model_admin):
        return [("yes", _("In the library")), ("no", _("Deleted"))]

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        return queryset.filter(gone_at__isnull=self.value() == "yes") if self.value() else queryset


class Posted(admin.SimpleListFilter):
    """Whether the Trading Grid holds what the portal shows."""

    title, parameter_name = _("post"), "post"

    def lookups(self, request, model_admin):
        return [("waiting", _("Waiting")), ("posted", _("Posted"))]

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "waiting":
                return queryset.filter(waiting())
            case "posted":
                return queryset.filter(posted_revision__gte=F("revision"))
        return queryset


class Present(admin.SimpleListFilter):
    """Whether a publication is there or was taken back."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request, model_admin):
        return [("there", _("Published")), ("withdrawn", _("Withdrawn"))]

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "there":
                return queryset.filter(withdrawn_at__isnull=True)
            case "withdrawn":
                return queryset.filter(withdrawn_at__isnull=False)
        return queryset


class Since(admin.SimpleListFilter):
    """How long ago; ``field`` is the list's time."""

    title, parameter_name, field = _("time"), "days", "at"

    def lookups(self, request, model_admin):
        return [("1", _("Last 24 hours")), ("7", _("Last 7 days")), ("30", _("Last 30 days"))]

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        days = _number(self.value() or "")
        if not days:
            return queryset
        return queryset.filter(**{f"{self.field}__gte": timezone.now() - timedelta(days=min(days, 3650))})
