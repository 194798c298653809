"""The tools in a browser: digests are computed there and files stay there; ticking, the basket, and an archive."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.downloads import jobs
from portal.downloads.models import BasketItem
from portal.renditions import store
from portal.renditions.models import Rendition

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def chosen(site, tmp_path: Path) -> list[Path]:
    """Return four files of the reader: one that is current, one that was replaced, and two of their own, one empty."""
    house = site.house
    rows = Rendition.objects.filter(revision__recipe__key="web-1200", version__variant__asset=house.muesli)
    german = rows.filter(version__variant__language="de").order_by("version__number")
    old, new = german[0], german[1]
    for name, rendition in {"new.webp": new, "old.webp": old}.items():
        with store.open_bytes(rendition.sha256) as source:
            (tmp_path / name).write_bytes(source.read())
    own = tmp_path / "own.bin"
    # Longer than what the browser's own digest is given: computed piece by piece.
    with own.open("wb") as target:
        target.write(b"begin")
        target.seek((1 << 26) + 77)
        target.write(b"end")
    (tmp_path / "empty.txt").touch()
    return [tmp_path / "new.webp", tmp_path / "empty.txt", tmp_path / "old.webp", own]


def test_files_are_checked_without_leaving_the_machine(visit, site, tmp_path):
    reader = visit(site.house.reader)
    page = reader.page
    files = chosen(site, tmp_path)
    sent = []
    page.on("request", lambda request: sent.append(len(request.post_data or "")))
    page.goto(f"/o/{site.house.shop.slug}/check/")

    page.locator("[data-choose]").first.set_input_files(files)

    expect(page.get_by_role("link", name="Check others")).to_be_visible()
    table = page.get_by_role("table")
    expect(table.get_by_role("row", name="old.webp")).to_contain_text("Outdated")
    expect(table.get_by_role("row", name="new.webp")).to_contain_text("Current")
    expect(table.get_by_role("row", name="empty.txt")).to_contain_text("Not ours")
    expect(table.get_by_role("row", name="own.bin")).to_contain_text("Not ours")
    shown = table.get_by_role("row", name="own.bin").get_by_role("cell").first.inner_text()
    digest = hashlib.sha256(files[-1].read_bytes()).hexdigest()
    assert shown.startswith(digest[:4]) and shown.endswith(digest[-4:])
    assert max(sent) < 2000, "digests and names, and nothing of the files"
    assert reader.troubles == []


def test_ticked_files_are_put_into_the_basket_and_prepared(visit, site):
    house = site.house
    reader = visit(house.courier)
    page = reader.page
    page.goto(f"/o/{house.shop.slug}/assets/")
    bar = page.locator("#selection")
    expect(bar).to_be_hidden()

    page.get_by_label("Select Berry muesli, back").check()
    expect(bar).to_contain_text("1 selected")
    bar.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("link", name="Basket, 1 file")).to_be_visible()
    page.get_by_role("link", name="Basket, 1 file").click()
    page.get_by_role("button", name="Prepare download").click()

    expect(page.get_by_text("0 of 1 file is ready")).to_be_visible()
    jobs.work(now=timezone.now() + timedelta(seconds=1))
    # The page looks again by itself.
    expect(page.get_by_role("link", name="Download archive")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download archive").first.click()
    assert Path(saved.value.path()).read_bytes()[:2] == b"PK"
    assert not BasketItem.objects.filter(user=house.courier).exists()
    assert reader.troubles == []
