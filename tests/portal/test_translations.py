"""Every sentence a partner reads is there in every language, and says the same names."""

import ast
import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "portal" / "locale"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
#: Where the words of partner pages, files and mails come from. Staff pages are in English.
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*"))
    if path.suffix in {".html", ".txt"} and path.relative_to(ROOT).parts[1] != "admin"
]
SOURCES = [
    *sorted((ROOT / "portal" / "pages").rglob("*.py")),
    *sorted((ROOT / "portal" / "core" / "templatetags").rglob("*.py")),
    *(
        ROOT / "portal" / name
        for name in (
            "accounts/forms.py",
            "catalog/choices.py",
            "change_requests/choices.py",
            "change_requests/forms.py",
            "change_requests/services.py",
            "change_requests/wishes.py",
            "core/labels.py",
            "core/paging.py",
            "downloads/archives.py",
            "downloads/asking.py",
            "downloads/baskets.py",
            "downloads/choices.py",
            "downloads/job_archive.py",
            "downloads/jobs.py",
            "downloads/products.py",
            "downloads/selectors.py",
            "downloads/embeds.py",
            "downloads/forms.py",
            "downloads/services.py",
            "downloads/shares.py",
            "onboarding/answering.py",
            "onboarding/choices.py",
            "onboarding/closing.py",
            "onboarding/codes.py",
            "onboarding/forms.py",
            "downloads/wishes.py",
            "packs/choices.py",
            "packs/confirming.py",
            "packs/forms.py",
            "packs/selectors.py",
            "packs/terms.py",
            "downloads/sets.py",
            "partners/channels.py",
            "partners/choices.py",
            "publications/choices.py",
            "publications/facets.py",
            "publications/feasibility.py",
            "publications/products.py",
            "publications/selectors.py",
            "publications/visibility.py",
            "renditions/choices.py",
            "renditions/own_rules.py",
            "renditions/own_sizes.py",
            "renditions/picture_tests.py",
            "renditions/protection.py",
            "renditions/rulebooks.py",
            "renditions/services.py",
            "renditions/store.py",
            "renditions/verdict_words.py",
        )
    ),
]
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_STRING = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(u?((?:{_STRING})(?:\s*,\s*u?(?:{_STRING}))*)")


def key(function: str, texts: list[str]) -> tuple[str, bool]:
    """Return a message as a catalogue keys it, and whether it has a plural."""
    if function.startswith("p"):
        return f"{texts[0]}\x04{texts[1]}", False
    return texts[0], function.startswith("n")


def in_template(path: Path) -> set[tuple[str, bool]]:
    found = set()
    for function, arguments in _CALL.findall(templatize(path.read_text(), origin=str(path))):
        texts = [ast.literal_eval(text) for text in re.findall(_STRING, arguments)]
        found.add(key(function, texts))
    return found


def in_source(path: Path) -> set[tuple[str, bool]]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            texts = [
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            found.add(key(node.func.id, texts))
    return found


@cache
def catalogue(language: str) -> gettext.GNUTranslations:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def entries(language: str) -> dict[str, tuple[str, str]]:
    """Return what the text file of a language says: key -> (the English with its plural, the translation)."""
    found = {}
    for block in (LOCALE / language / "LC_MESSAGES" / "django.po").read_text().split("\n\n"):
        parts = re.findall(r'^(msg\w+(?:\[\d+\])?)((?: "[^\n]*"\n?|"[^\n]*"\n?)+)', block, re.MULTILINE)
        words = {
            name: "".join(ast.literal_eval(s) for s in re.findall(r'"(?:\\.|[^"\\])*"', text))
            for name, text in parts
        }
        context = f"{words['msgctxt']}\x04" if "msgctxt" in words else ""
        for name, text in words.items():
            if name.startswith("msgstr") and words.get("msgid"):
                english = f"{words['msgid']} {words.get('msgid_plural', '')}"
                found[f"{context}{words['msgid']}{name.removeprefix('msgstr')}"] = (english, text)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*TEMPLATES, *SOURCES], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_is_translated(path, language):
    translations = catalogue(language)._catalog
    wanted = in_source(path) if path.suffix == ".py" else in_template(path)

    assert [text for text, plural in wanted if ((text, 0) if plural else text) not in translations] == []


def test_the_search_for_sentences_finds_some():
    assert ("Sign in", False) in in_template(ROOT / "templates" / "account" / "login.html")
    assert ("Work mail", False) in in_template(ROOT / "templates" / "account" / "login.html")
    assert ("%(count)d asset you may use", True) in in_source(ROOT / "portal" / "pages" / "assets.py")
    assert ("bytes\x04B", False) in in_source(ROOT / "portal" / "core" / "templatetags" / "portal.py")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_what_the_sentence_names(language):
    """A placeholder that got lost would drop the company's name, or fail when it is filled in."""
    for message, (english, text) in entries(language).items():
        names = set(re.findall(r"%\(\w+\)[sd]", english))
        used = set(re.findall(r"%\(\w+\)[sd]", text))
        # "One file" and "two files" may do without the number.
        is_plural = re.search(r"\[\d\]$", message)

        assert used <= names if is_plural or not text else used == names, message


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    translations = catalogue(language)._catalog
    compiled = {
        (f"{message[0]}[{message[1]}]" if isinstance(message, tuple) else message): text
        for message, text in translations.items()
        if message
    }

    assert compiled == {message: text for message, (_english, text) in entries(language).items() if text}
