"""Reading a page as a person does, and the person who reads it."""

import re
from dataclasses import dataclass
from html import unescape

from django.http import HttpResponse
from django.test import Client

from portal.accounts.models import User
from portal.partners.models import Community, Partner


def words(response: HttpResponse) -> str:
    """Return what a reader sees of a page, in one line, without marks of direction."""
    body = response.content.decode().partition("<body>")[2]
    text = unescape(re.sub(r"<[^>]+>", " ", body))
    return re.sub(r"\s+", " ", re.sub("[\u2066\u2068\u2069]", "", text)).replace(" ,", ",")


def links(response: HttpResponse) -> list[str]:
    """Return the addresses a page links to."""
    return [unescape(url) for url in re.findall(r'<a\b[^>]*?href="([^"]*)"', response.content.decode())]


@dataclass
class Visitor:
    """``folder`` is the one whose files the company gets."""

    partner: Partner
    community: Community
    user: User
    client: Client
    folder: str = "/Ours"

    def get(self, path: str = "", **query) -> HttpResponse:
        return self.client.get(f"/o/{self.partner.slug}/{path}", query)
