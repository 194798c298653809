from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    """The business. Knows no vendor."""

    name = "portal"
    verbose_name = "Partner portal"

    def ready(self):
        from portal import celery
        from portal.core import checks, lookups, rowscope  # noqa: F401 - checks and lookups register themselves
        from portal.renditions.responsive import ensure_members
        from portal.renditions.rulebooks import ensure_ours
        from portal.renditions.standard import ensure_ordered, ensure_standard

        rowscope.connect()
        for make in (ensure_standard, ensure_ordered, ensure_ours, ensure_members):
            post_migrate.connect(make, sender=self, dispatch_uid=f"{make.__module__}.{make.__name__}")
        celery.app.set_default()


class PortalAdminConfig(AdminConfig):
    """Django's admin with our own site: pages of ours beside the models'."""

    default_site = "portal.core.admin_site.PortalAdminSite"
