from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Keeps Scaleflex and Trading Grid in step. Knows the portal, never the other way round."""

    name = "integrations"
    verbose_name = _("Integrations")

    def ready(self):
        from integrations import metrics, readiness, receivers  # noqa: F401  (connect themselves)
