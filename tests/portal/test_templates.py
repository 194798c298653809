"""Rules for templates, style sheets and scripts that a person reading them would miss."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*") if p.suffix in {".html", ".txt"})
#: The admin's own pages extend Django's, whose blocks tell what they expect.
OURS = [path for path in TEMPLATES if path.relative_to(ROOT).parts[1] != "admin"]
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
SOURCES = sorted((ROOT / "portal").rglob("*.py"))
#: No style sheet of ours reaches a mail program, so the one frame of all mails carries its own.
MAIL_FRAME = ROOT / "templates" / "emails" / "base.html"

_EXTENDS = r"\{% extends [^%]+ %\}"
_LOADS = r"\{% load [^%]+ %\}"
_EXPLAINS = re.compile(rf"\s*(?:(?:{_EXTENDS}|{_LOADS})\s*)*(?:\{{# |\{{% comment %\}})")
_PHYSICAL = re.compile(
    r"^\s*(left|right|top|bottom|width|height|(?:min|max)-(?:width|height)"
    r"|(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[a-z-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|float|clear)\s*:"
    r"|^\s*text-align\s*:\s*(?:left|right)",
    re.MULTILINE,
)
_RAW_COLOUR = re.compile(r":[^;{]*(#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\()", re.IGNORECASE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_can_be_read(path):
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", OURS, ids=name)
def test_template_opens_with_what_it_expects(path):
    assert _EXPLAINS.match(path.read_text()), "say in a comment at the head which names the template takes"


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p != MAIL_FRAME], ids=name)
def test_template_has_no_inline_style_or_script(path):
    """The security header forbids them; a page with one looks broken only in a browser."""
    text = path.read_text()

    assert not re.search(r"<style\b|\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_style_is_laid_out_by_direction_of_reading(path):
    assert [match.group().strip() for match in _PHYSICAL.finditer(without_comments(path.read_text()))] == []


#: Tokens name the colours; the API's documentation is Swagger's page, in its one light scheme.
WITH_COLOURS = {"tokens.css", "api_docs.css"}


@pytest.mark.parametrize("path", [p for p in STYLES if p.name not in WITH_COLOURS], ids=name)
def test_colours_have_names(path):
    assert [match.group(1) for match in _RAW_COLOUR.finditer(without_comments(path.read_text()))] == []


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_every_token_exists(path):
    declared = {
        token
        for style in STYLES
        for token in re.findall(r"(--[\w-]+)\s*:", without_comments(style.read_text()))
    }
    used = set(re.findall(r"var\((--[\w-]+)\s*\)", without_comments(path.read_text())))

    assert used - declared == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_stay_small(path):
    assert len(path.read_text().splitlines()) < 100


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_styles_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 350


def test_every_static_file_that_is_named_exists():
    named = {
        file for path in TEMPLATES for file in re.findall(r"\{% static ['\"]([^'\"]+)['\"]", path.read_text())
    }
    missing = {file for file in named if not finders.find(file)}

    assert named and missing == set()


def test_every_icon_that_is_named_exists():
    sprite = (ROOT / "static" / "img" / "icons.svg").read_text()
    drawn = set(re.findall(r'id="i-([\w-]+)"', sprite))
    named = {
        icon for path in TEMPLATES for icon in re.findall(r"\{% icon ['\"]([\w-]+)['\"]", path.read_text())
    }
    named |= {
        icon for path in TEMPLATES for icon in re.findall(r"icon_name=['\"]([\w-]+)['\"]", path.read_text())
    }
    tones = {"ok", "info", "warn", "bad", "plan", "mute"}
    for path in SOURCES:
        pairs = re.findall(r"\(\"(\w+)\", \"([\w-]+)\"", path.read_text())
        named |= {icon for tone, icon in pairs if tone in tones and icon not in tones}

    assert named - drawn == set()
