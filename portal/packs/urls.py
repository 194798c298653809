"""Addresses about packs that need no sign-in."""

from django.urls import path

from portal.packs import views

app_name = "packs"

urlpatterns = [
    path(".well-known/portal-keys.json", views.keys, name="keys"),
    path(".well-known/portal-recalled.json", views.recalled, name="recalled"),
    path("tools/verify_pack.py", views.verifier, name="verifier"),
    path("tools/portal_mirror.py", views.mirror, name="mirror"),
]
