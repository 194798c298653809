"""Words for partners and communities; the values are ours, not a vendor's."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerKind(models.TextChoices):
    SUPPLIER = "supplier", _("Supplier")
    DISTRIBUTOR = "distributor", _("Distributor")
    RETAILER = "retailer", _("Retailer")
    AGENCY = "agency", _("Agency")


class PartnerStatus(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer: see and download")
    MEMBER = "member", _("Member: also request and confirm")
    MANAGER = "manager", _("Manager: also people, channels and systems")


class CommunityKind(models.TextChoices):
    PROGRAM = "program", _("Programme")
    REGIONAL = "regional", _("Regional")
    CAMPAIGN = "campaign", _("Campaign")
    ONBOARDING = "onboarding", _("Onboarding")


class CommunityStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Closed")


class ChannelKind(models.TextChoices):
    SHOP = "shop", _("Own shop")
    MARKETPLACE = "marketplace", _("Marketplace")
    PRINT = "print", _("Print")
    CATALOGUE = "catalogue", _("EDI catalogue")
