"""The pictures: drawn with our own fonts, whole, the same on every run, and made only once."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import av
import pytest
from PIL import Image, ImageOps

from integrations.sandbox.seed import films, fonts, pdf, pictures
from integrations.sandbox.seed.build import LEDGER, build
from integrations.sandbox.seed.drawing import packs
from integrations.sandbox.seed.drawing.lettering import measure, text
from integrations.sandbox.seed.drawing.scenes import SCENES
from integrations.sandbox.seed.drawing.svg import Sheet
from integrations.sandbox.seed.products import PRODUCTS
from integrations.sandbox.seed.recipes import make, recipe, sources

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)
ORIENTATION = 0x0112  # the EXIF tag
WANTED = {
    "/Norrvik Pantry/Honey/09521234500025_A1C1_ar.jpg",
    "/Norrvik Pantry/Honey/09521234500025_A1N1_en.png",
    "/Brand/Logos/norrvik-icon.svg",
}

# Draws words in a process that sees our fonts only; prints the ink and the width of each line.
DRAW = """
import sys, pyvips
for svg in sys.stdin:
    ink = pyvips.Image.svgload_buffer(svg.encode(), scale=2)[3]
    print(ink.avg(), ink.find_trim(background=0, threshold=40)[2] / 2)
"""


def drawn(folder, *lines):
    """Ink and width (in units) of each line of words, drawn with the fonts of the wheel alone."""
    sheets = [Sheet().document(800, 80, text(400, 55, words, 40, "#000000")) for words in lines]
    environment = {**os.environ, **fonts.environment(folder), "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", DRAW],
        input="\n".join(sheets),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(map(float, row.split())) for row in done.stdout.splitlines()]


def small(monkeypatch):
    """Sizes of a test: the drawing is the same, a tenth as wide."""
    import integrations.sandbox.seed.packshot_files as packshots

    monkeypatch.setattr(packshots, "WIDTH", 300)


def test_labels_are_as_wide_as_measured_in_every_language(tmp_path):
    """Only so does "fit" keep words on their label; a stand-in font would be wider or narrower."""
    words = ["Größe für Müsli", "Pressée à froid", "Añada limón", "الشوفان والتوت", "سائل غسيل الأطباق"]

    for line, (ink, width) in zip(words, drawn(tmp_path, *words), strict=True):
        assert ink > 3
        assert width == pytest.approx(measure(line, 40), rel=0.04), line


def test_accents_and_arabic_letters_are_drawn_and_not_replaced_by_boxes(tmp_path):
    (plain, _), (dotted, _), (thin, _), (thick, _) = drawn(tmp_path, "uouo", "üöüö", "ا ا ا ا", "ش ش ش ش")

    assert plain * 1.05 < dotted < plain * 1.5
    assert thin < thick * 0.6


def test_arabic_letters_are_joined_and_not_set_one_by_one(tmp_path):
    (_, joined), (_, apart) = drawn(tmp_path, "بببب", "ب\u200cب\u200cب\u200cب")

    assert joined < apart * 0.75


def test_font_configuration_is_written_once_and_names_a_folder_with_a_space(tmp_path):
    folder = tmp_path / "a folder & more"
    first = fonts.environment(folder)
    written = Path(first["FONTCONFIG_FILE"]).stat().st_mtime_ns

    assert fonts.environment(folder) == first
    assert Path(first["FONTCONFIG_FILE"]).stat().st_mtime_ns == written
    assert "a folder &amp; more" in Path(first["FONTCONFIG_FILE"]).read_text("utf-8")


def test_a_line_that_is_too_long_is_set_smaller():
    words = "Sonnengereifte Tomaten, sonst nichts"

    assert measure(words, 30) > 200
    assert f'font-size="{30 * 200 / measure(words, 30):.3f}"' in text(0, 0, words, 30, "#000000", fit=200)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.ref)
def test_fronts_differ_by_language_and_are_drawn_without_slow_effects(product):
    drawn = {language: packs.packshot(product.ref, language) for language in product.languages}

    assert len(set(drawn.values())) == len(product.languages)
    assert all("<filter" not in svg and " opacity=" not in svg for svg in drawn.values())


def test_a_small_build_is_whole_repeats_itself_and_does_nothing_twice(tmp_path, monkeypatch):
    small(monkeypatch)
    said = []
    one, two = tmp_path / "one", tmp_path / "two"

    path = build(one, said.append, TODAY, only=lambda item: item.path in WANTED)
    build(two, said.append, date(2030, 1, 1), only=lambda item: item.path in WANTED)

    entries = json.loads(path.read_text("utf-8"))["files"]
    assert {entry["path"] for entry in entries} == WANTED
    digests = [hashlib.sha256((one / entry["file"]).read_bytes()).hexdigest() for entry in entries]
    assert digests == [hashlib.sha256((two / entry["file"]).read_bytes()).hexdigest() for entry in entries]
    assert said[-1] == "Sample media: 3 of 3 made."
    assert not list(one.rglob("*.part*"))

    said.clear()
    build(one, said.append, TODAY, only=lambda item: item.path in WANTED)
    assert said == []

    # A file that was cut short, or a ledger whose last line was, is made good.
    broken = one / entries[0]["file"]
    broken.write_bytes(broken.read_bytes()[:100])
    with (one / LEDGER).open("a", encoding="utf-8") as ledger:
        ledger.write('{"file": "orig')
    build(one, said.append, TODAY, only=lambda item: item.path in WANTED)
    assert said == ["Sample media: 1 of 1 made."]
    assert hashlib.sha256(broken.read_bytes()).hexdigest() == digests[0]

    said.clear()
    build(one, said.append, TODAY, only=lambda item: item.path in WANTED)
    assert said == []


def test_second_build_in_a_folder_says_that_it_waits_for_the_first(tmp_path):
    waits, said = threading.Event(), []

    def report(line):
        said.append(line)
        waits.set()

    with (tmp_path / LEDGER).open("a") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = threading.Thread(target=build, args=(tmp_path, report, TODAY, lambda item: False))
        second.start()
        assert waits.wait(5)
        assert not (tmp_path / "catalogue.json").exists()
    second.join(5)

    assert said == ["Sample media: another process is making them; waiting for it."]
    assert json.loads((tmp_path / "catalogue.json").read_text("utf-8"))["files"] == []


def test_print_file_is_in_four_inks_with_its_profile(tmp_path):
    make(recipe("packshot", "honey", language="de", width=300, format="cmyk"), tmp_path / "print.jpg")

    with Image.open(tmp_path / "print.jpg") as picture:
        assert (picture.mode, picture.size) == ("CMYK", (300, 300))
        assert b"CMYK" in picture.info["icc_profile"][:40]


def test_camera_file_lies_on_its_side_and_says_so(tmp_path):
    make(recipe("scene", "laundry-room", width=320, format="turned"), tmp_path / "camera.jpg")

    with Image.open(tmp_path / "camera.jpg") as picture:
        assert picture.width < picture.height
        assert picture.getexif()[ORIENTATION] == 6
        assert ImageOps.exif_transpose(picture).width == 320


def test_scene_has_no_pale_edge(tmp_path):
    """The scale is rarely whole; a background that ends half a pixel early shows as a line."""
    image = pictures.render_scene(SCENES["winter-kitchen"](), 333)

    assert image(0, 100)[0] < 60
    assert image(332, 100)[0] < 60


@pytest.mark.parametrize("sound", [True, False], ids=["with sound", "silent"])
def test_film_has_picture_and_sound_of_one_length_and_the_same_bytes(tmp_path, monkeypatch, sound):
    shots = (
        films.Shot("product:honey", 1.5, (0.5, 0.5, 1), (0.5, 0.6, 0.8), "Honig"),
        films.Shot("product:tea", 1.5, (0.5, 0.5, 1), (0.5, 0.6, 0.8)),
    )
    monkeypatch.setitem(films.FILMS, "short", films.Film(192, 108, 10, shots, sound=sound, snow=True))

    films.write("short", tmp_path / "one.mp4")
    films.write("short", tmp_path / "two.mp4")

    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    with av.open(str(tmp_path / "one.mp4")) as film:
        lengths = {
            stream.codec_context.name: float(stream.duration * stream.time_base) for stream in film.streams
        }
    wanted = {"h264": 2.3, "aac": 2.3} if sound else {"h264": 2.3}  # two shots, less one fade
    assert lengths == {name: pytest.approx(length, abs=0.05) for name, length in wanted.items()}


def test_stamp_changes_with_what_is_drawn():
    first = recipe("packshot", "honey", language="en", width=3000)

    assert first.stamp == recipe("packshot", "honey", width=3000, language="en").stamp
    assert first.stamp != recipe("packshot", "honey", language="de", width=3000).stamp
    assert len(sources()) == 16


def test_command_says_in_one_sentence_when_the_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")

    done = subprocess.run(
        [sys.executable, "-m", "integrations.sandbox.seed", str(tmp_path / "file" / "seed")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.startswith("The sample media could not be made in ")
    assert "Traceback" not in done.stderr


def test_papers_hold_real_text_in_numbered_objects():
    document = pdf.Document("Übersicht (Test)", "de")
    page = document.page("Erste")
    page.text(40, 40, "Größe 5 × (3)", 12)
    document.page("Zweite")

    written = document.bytes()

    table = int(written.rsplit(b"startxref\n", 1)[1].split()[0])
    assert written[table:].startswith(b"xref\n")
    places = [int(row[:10]) for row in written[table:].splitlines()[3:] if row.endswith(b" n ")]
    assert all(
        written[at:].startswith(f"{number} 0 obj".encode()) for number, at in enumerate(places, start=1)
    )
    assert "(Größe 5 × \\(3\\)) Tj".encode("cp1252") in page.content
    assert b"/Count 2" in written
    assert written == document.bytes()


def test_text_width_follows_the_metrics_of_the_standard_fonts():
    # Helvetica, Adobe's metrics: N 722, o 556, r 333, v 500, i 222, k 500; an accent adds nothing.
    assert pdf.text_width("Norvik", 10) == pytest.approx(28.33)
    assert pdf.text_width("ü", 10) == pdf.text_width("u", 10)
    assert pdf.wrapped("aaa bbb ccc", pdf.text_width("aaa bbb", 10), 10) == ["aaa bbb", "ccc"]
