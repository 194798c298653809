"""Codes as people read them. What is not listed is shown as its code."""

import re

from django.utils.translation import gettext_lazy as _

#: What tells browsers and systems apart in a user agent. The first found counts: most claim to be others too.
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox/": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS", "Windows": "Windows",
    "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip

LANGUAGES = {
    "en": _("English"),
    "de": _("German"),
    "fr": _("French"),
    "es": _("Spanish"),
    "ar": _("Arabic"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pl": _("Polish"),
    "pt": _("Portuguese"),
    "sv": _("Swedish"),
    "da": _("Danish"),
    "tr": _("Turkish"),
}
MARKETS = {
    "DE": _("Germany"),
    "AT": _("Austria"),
    "CH": _("Switzerland"),
    "FR": _("France"),
    "BE": _("Belgium"),
    "ES": _("Spain"),
    "PT": _("Portugal"),
    "IT": _("Italy"),
    "GB": _("United Kingdom"),
    "IE": _("Ireland"),
    "US": _("United States"),
    "AE": _("United Arab Emirates"),
    "SA": _("Saudi Arabia"),
    "QA": _("Qatar"),
    "KW": _("Kuwait"),
    "NL": _("Netherlands"),
    "SE": _("Sweden"),
    "DK": _("Denmark"),
    "NO": _("Norway"),
    "PL": _("Poland"),
}


def language_name(code: str) -> str:
    """Return the name of a BCP 47 language in the reader's language: ``de-AT`` reads "German (AT)"."""
    main, _sep, rest = code.partition("-")
    name = str(LANGUAGES.get(main, code))
    return f"{name} ({rest})" if rest and main in LANGUAGES else name


def market_name(code: str) -> str:
    """Return the name of an ISO 3166 market in the reader's language."""
    return str(MARKETS.get(code, code))


def brand_name(key: str) -> str:
    """Return a brand's key as a name: ``norrvik-pantry`` reads "Norrvik Pantry"."""
    return key.replace("-", " ").replace("_", " ").title() if key.islower() else key


def browser_name(user_agent: str) -> str:
    """Return ``Chrome, Windows`` for what a browser says of itself; its first words when that names none we know."""
    agent = user_agent.replace("HeadlessChrome/", "Chrome/")
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    known = ", ".join(part for part in (browser, system) if part)
    return known or re.split(r"[\s;(]", user_agent.strip(), maxsplit=1)[0][:40]
