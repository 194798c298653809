"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path, re_path

from portal.api.token import token
from portal.core import errors_views, health, metrics

handler400 = errors_views.bad_request
handler403 = errors_views.not_allowed
handler404 = errors_views.not_found
handler500 = errors_views.server_error

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    # Whose a mail address is, invitations and administrators say. allauth's own pages would let anybody who
    # is signed in take one that is not theirs, and with it the next invitation that is sent there.
    re_path(r"^accounts/(email|confirm-email)/", errors_views.nothing_here),
    path("accounts/", include("allauth.urls")),
    # In front of allauth's own at the same address: this one counts.
    path("identity/o/api/token", token),
    path("", include("allauth.idp.urls")),
    path("api/", include("portal.api.urls")),
    path("integrations/", include("integrations.urls")),
    path("", include("portal.packs.urls")),
    path("", include("portal.pages.urls")),
]
