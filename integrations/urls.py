from django.urls import path

from integrations import webhooks

app_name = "integrations"
urlpatterns = [
    path("scaleflex/<slug:key>/webhook", webhooks.scaleflex, name="scaleflex-webhook"),
    path("trading-grid/<slug:key>/webhook", webhooks.trading_grid, name="trading-grid-webhook"),
]
