"""Drawing on pictures: the part that is cut out moves by mouse and by keys, and staff protect what no part may cut."""

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.renditions import protection
from portal.renditions.models import ProtectedZone

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WIDE = HIGH = 3000


def number(page: Page, name: str) -> int:
    return int(page.locator(f"[name={name}]").input_value())


def drawn(part: Locator) -> tuple[int, ...]:
    return tuple(round(float(part.get_attribute(name) or 0)) for name in ("x", "y", "width", "height"))


def drag(page: Page, picture: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place of a picture to another, both as shares of it."""
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=5)
    page.mouse.up()


def test_part_is_moved_by_keys_and_mouse_and_never_leaves_the_picture(visit, site):
    house = site.house
    reader = visit(house.reader)
    page = reader.page
    page.goto(
        f"/o/{house.shop.slug}/assets/{house.back.public_id}/own-size/?width=800&height=400&format=webp"
    )
    part, picture = page.locator("[data-part]"), page.locator("#picture")
    shape = drawn(part)
    page.get_by_label("From the left").fill("0")
    page.get_by_label("From the top").fill("0")

    part.focus()
    page.keyboard.press("ArrowUp")
    at_the_edge = number(page, "top")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    by_keys = number(page, "top")
    drag(page, picture, (0.5, 0.3), (0.5, 0.4))
    by_mouse = number(page, "top")
    drag(page, picture, (0.5, 0.5), (0.5, 1.5))

    assert shape[2:] == (WIDE, WIDE // 2), "the whole width, half as high"
    assert (at_the_edge, by_keys) == (0, WIDE // 200 + WIDE // 20)
    assert abs(by_mouse - by_keys - HIGH // 10) <= 10, "as far as the mouse went"
    assert number(page, "top") == HIGH - WIDE // 2, "the lower edge"
    assert drawn(part) == (0, number(page, "top"), WIDE, WIDE // 2)
    expect(page.locator("#says")).to_contain_text("about")
    assert reader.troubles == []


def test_zone_that_staff_draw_is_protected_from_every_crop(visit, site):
    house = site.house
    version = house.back.variants.get().current
    keeper = visit(house.staff)
    page = keeper.page
    page.goto(f"/admin/zones/{version.public_id}/")
    drag(page, page.locator("#picture"), (0.9, 0.9), (0.6, 0.7))
    box = tuple(number(page, name) for name in ("left", "top", "part", "tall"))
    part = page.locator("[data-part]")
    part.focus()
    page.keyboard.press("ArrowLeft")
    moved = drawn(part)
    page.get_by_role("button", name="Protect this zone").click()
    expect(page.get_by_text("No crop may cut this from now on")).to_be_visible()

    [zone] = ProtectedZone.objects.filter(variant=version.variant)
    reader = visit(house.reader)
    reader.page.goto(
        f"/o/{house.shop.slug}/assets/{house.back.public_id}/own-size/"
        "?width=400&height=400&left=0&top=0&part=2000&format=webp"
    )
    protection.remove_zone(zone=zone, now=house.now, actor="system")

    expected = (0.6 * WIDE, 0.7 * HIGH, 0.3 * WIDE, 0.2 * HIGH)
    assert all(abs(is_ - should) <= 10 for is_, should in zip(box, expected, strict=True)), box
    assert moved == (box[0] - WIDE // 200, *box[1:])
    assert abs(zone.left - moved[0] / WIDE) < 0.001 and abs(zone.width - moved[2] / WIDE) < 0.001
    expect(reader.page.locator(".own-part-bad")).to_be_visible()
    expect(reader.page.get_by_role("alert")).to_contain_text("would cut what must be seen whole")
    assert keeper.troubles == reader.troubles == []
