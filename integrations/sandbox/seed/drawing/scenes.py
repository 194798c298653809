"""Every scene by its name."""

from collections.abc import Callable

from . import day_scenes, winter_scenes
from .stage import Scene

_SCENES: tuple[Callable[[], Scene], ...] = (
    day_scenes.breakfast_table,
    day_scenes.breakfast_from_above,
    winter_scenes.winter_kitchen,
    winter_scenes.winter_evening_tea,
    winter_scenes.winter_soup,
    winter_scenes.winter_shelf,
    winter_scenes.winter_baking,
    winter_scenes.winter_hands,
    day_scenes.italian_supper,
    day_scenes.crispbread_break,
    day_scenes.coffee_corner,
    day_scenes.kitchen_sink,
    day_scenes.laundry_room,
    day_scenes.clean_counter,
    day_scenes.bathroom_shelf,
    day_scenes.pantry_range,
    day_scenes.home_range,
    winter_scenes.winter_banner,
)
SCENES = {scene.__name__.replace("_", "-"): scene for scene in _SCENES}
