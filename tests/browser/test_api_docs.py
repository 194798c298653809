"""The page to try the API on works under the same strict policy as every other page."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_every_operation_is_shown_from_our_own_files_alone(visit, site):
    reader = visit()
    elsewhere = []
    reader.page.on(
        "request", lambda request: elsewhere.append(request.url) if foreign(request.url, site) else None
    )

    reader.page.goto("/api/v1/docs")
    reader.page.locator("#operations-assets-list_assets").click()
    reader.page.get_by_text("What the brand has released to your communities.").wait_for()

    paths = reader.page.request.get("/api/v1/openapi.json").json()["paths"]
    assert reader.page.locator(".opblock").count() == sum(len(operations) for operations in paths.values())
    assert elsewhere == []
    assert reader.troubles == []


def foreign(url: str, site) -> bool:
    return not url.startswith((site.url, "data:"))
