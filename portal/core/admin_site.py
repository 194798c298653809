"""The staff admin: Django's own, with pages of ours beside the models'."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.core import rowscope


class PortalAdminSite(admin.AdminSite):
    """Staff see every partner's rows; nobody else gets past ``has_permission``."""

    site_header = _("Partner portal")
    site_title = _("Partner portal")
    index_title = _("Today")

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def scoped(request, *args, **kwargs):
            # Staff work for the brand, whose rows these are.
            if self.has_permission(request):
                with rowscope.everything():
                    response = inner(request, *args, **kwargs)
                    # A lazy template would otherwise query after the scope is left.
                    if hasattr(response, "render") and callable(response.render) and not response.is_rendered:
                        response.render()
                    return response
            return inner(request, *args, **kwargs)

        return scoped
