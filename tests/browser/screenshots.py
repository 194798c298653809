"""
Take the README's pictures of a running demo: ``python -m tests.browser.screenshots``.

Reads ``var/demo.json`` (or the file named first), signs in as the first user, and writes WebP below 200 kB into
``docs/screenshots``. Take some downloads, answer for the first pack, and replace a file of it in the sandbox before, so
that Downloads and the pack have something to say.
"""

import io
import json
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from integrations.embedded import chromium
from tests.browser.arguments import ARGUMENTS

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "screenshots"
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
MOST_BYTES = 200_000


def main(description: Path) -> None:
    demo = json.loads(description.read_text())
    portal, user = demo["portal_url"], demo["users"][0]
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=ARGUMENTS)
        for name, (width, height) in WIDTHS.items():
            context = browser.new_context(
                base_url=portal, viewport={"width": width, "height": height}, locale="en-GB"
            )
            page = context.new_page()
            take(page, "/accounts/login/", f"sign-in-{name}")
            sign_in(page, user["email"], user["password"])
            home = f"/o/{user['company']}/"
            take(page, home, f"home-{name}")
            take(page, f"{home}assets/", f"assets-{name}")
            asset = page.locator(".asset a").first.get_attribute("href")
            downloads = f"{home}downloads/"
            take(page, downloads, f"downloads-{name}")
            page.goto(f"{home}packs/")
            if pack := page.locator(".pack-row h2 a").first.get_attribute("href"):
                take(page, pack, f"pack-{name}")
            # What was replaced has the most to tell.
            replaced = page.locator("tr:has(a[href*='/assets/']) a[href*='/assets/']")
            asset = replaced.first.get_attribute("href") if replaced.count() else asset
            take(page, asset, f"asset-{name}")
            if name == "desktop":
                page.emulate_media(color_scheme="dark")
                take(page, f"{home}assets/", "assets-dark")
                page.emulate_media(color_scheme="light")
                page.locator("button[name=language][value=ar]").click()
                take(page, asset, "asset-arabic")
                page.locator("button[name=language][value=en]").click()
            context.close()
        browser.close()


def sign_in(page: Page, email: str, password: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("button.btn-primary").click()
    page.wait_for_url("**/o/**")


def take(page: Page, address: str, name: str) -> None:
    """Open an address, wait for its pictures, and write what the first screen shows."""
    page.goto(address, wait_until="networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    for quality in range(86, 30, -8):
        target = io.BytesIO()
        picture.save(target, "WEBP", quality=quality, method=6)
        if target.tell() < MOST_BYTES:
            break
    (TARGET / f"{name}.webp").write_bytes(target.getvalue())
    print(f"{name}.webp  {target.tell() // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "demo.json")
