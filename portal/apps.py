from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The business. Knows no vendor."""

    name = "portal"
    verbose_name = "Partner portal"

    def ready(self):
        from portal import celery
        from portal.core import rowscope

        rowscope.connect()
        celery.app.set_default()


class PortalAdminConfig(AdminConfig):
    """Django's admin with our own site: pages of ours beside the models'."""

    default_site = "portal.core.admin_site.PortalAdminSite"
