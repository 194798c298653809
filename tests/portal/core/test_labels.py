"""Codes as people read them."""

import pytest

from portal.core.labels import browser_name

KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/141.0.0.0 Safari/537.36"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.1 Safari/605.1.15"
PHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {KIT} Version/18.1 Safari/604.1"
ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Chrome, Windows"),
        (f"{WINDOWS} Edg/141.0.0.0", "Edge, Windows"),
        (MAC, "Safari, macOS"),
        (PHONE, "Safari, iPhone"),
        (ANDROID, "Firefox, Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 500, "x" * 40),
        ("", ""),
        ("; <script>", ""),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent, name):
    assert browser_name(agent) == name
