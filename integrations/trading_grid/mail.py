"""
Posts as mails, for tenants whose grid takes none: what changed, with links, to the people of a community's companies.

Readers never see each other. A mail is named by the fact it tells, so a repeat after a lost answer is the same mail to
every program on its way that keeps count of what it has.
"""

import hashlib
import smtplib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from integrations.errors import DeliveryError, Refused, Retryable
from integrations.models import ExternalReference, OutboxMessage
from integrations.trading_grid import documents, followed
from integrations.trading_grid.config import Account
from portal.core import mails
from portal.partners import selectors as partners_read

#: Most readers of one handing over; many mail servers take no more.
MOST_READERS = 100
_RESOURCE, _LOCAL = "mail", "portal.publication"

#: Language -> addresses.
Readers = dict[str, list[str]]


def deliver(message: OutboxMessage, company: Account, *, now: datetime) -> None:
    """
    Mail what a publication's message says, unless a newer one has been mailed.

    :raises Retryable: the mail server does not take it now
    :raises Refused: it never will, or there is nobody to write to
    """
    content = message.payload
    row = ExternalReference.objects.filter(
        connection=message.connection,
        resource=_RESOURCE,
        local_type=_LOCAL,
        local_id=content["publication_id"],
    ).first()
    known: dict[str, Any] = row.data if row else {}
    if known.get("revision", 0) >= content["revision"] or not (content["live"] or known.get("out")):
        return
    told = known.get("files", {})
    if content["live"]:
        document = documents.post(content, told, portal_url=settings.PORTAL_URL, requires_receipt=False)
        files, step = documents.told_by(document), "changed" if known.get("out") else "published"
        shown = [_shown(entry, told) for entry in document["assets"]]
    else:
        files, step = {name: {**entry, "action": "WITHDRAW"} for name, entry in told.items()}, "withdrawn"
        shown = [_gone(entry) for entry in told.values() if entry["action"] != "WITHDRAW"]
    community = _community(message, content["community_id"])
    readers = readers_of(company, community.external_id, content["community_id"])
    first = known.get("first") or f"{message.connection.key}:{message.dedupe_key}"
    _send(message, readers, first, step=step, files=shown, community=_name(content), content=content)
    ExternalReference.objects.update_or_create(
        connection=message.connection,
        resource=_RESOURCE,
        local_type=_LOCAL,
        local_id=content["publication_id"],
        defaults={
            "external_id": content["publication"],
            "data": {
                "revision": content["revision"],
                "out": content["live"],
                "files": files,
                "first": first,
                "mailed_at": now.isoformat(),
            },
        },
    )


def readers_of(company: Account, community_id: str, local_id: int) -> Readers:
    """
    Return who is written to about a community.

    The connection's own addresses where it has some; else, for every active company in the community, its contacts in
    the grid who want posts, and the people it has in the portal where it has no such contacts.

    :param community_id: the community's id over there, ``local_id`` its row here
    :raises Refused: there is nobody
    """
    named = company.options.recipients.get(community_id) or company.options.recipients.get("*")
    found: set[tuple[str, str]] = {(address, "") for address in named or ()}
    if not named:
        people = partners_read.readers_of(local_id)
        contacts = dict(
            ExternalReference.objects.filter(
                connection=company.connection, resource="partner", local_id__in=people
            ).values_list("local_id", "data")
        )
        for partner, own in people.items():
            told = followed.readers(contacts.get(partner, {}).get("people", {}), "posts")
            found.update(told or own)
    readers: Readers = {}
    seen: set[str] = set()
    for address, language in sorted(found):
        if address.casefold() not in seen:
            seen.add(address.casefold())
            readers.setdefault(_language(language), []).append(address)
    if not readers:
        raise Refused(
            "There is nobody to write to: no company of the community has a contact or a person. "
            "Name addresses in the connection's option recipients."
        )
    return readers


def message_id(key: str, part: str) -> str:
    """Return the lasting name of a mail; source: RFC 5322, section 3.6.4."""
    digest = hashlib.sha256(f"{key}\n{part}".encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.PORTAL_URL).hostname or 'portal.invalid'}>"


def _send(
    message: OutboxMessage,
    readers: Readers,
    first: str,
    *,
    step: str,
    files: list[dict[str, Any]],
    community: str,
    content: Mapping[str, Any],
) -> None:
    key = f"{message.connection.key}:{message.dedupe_key}"
    url = f"{settings.PORTAL_URL}/a/{content['asset']}/" if step != "withdrawn" else ""
    for language, addresses in sorted(readers.items()):
        title = _in(language, content["title"]) or content["asset"]
        context = {"title": title, "community": community, "step": step, "files": files, "url": url}
        for start in range(0, len(addresses), MOST_READERS):
            part = f"{language}:{start}"
            thread = message_id(first, part)
            mine = message_id(key, part)
            headers = {"Message-ID": mine, "Auto-Submitted": "auto-generated"}
            if mine != thread:
                headers |= {"In-Reply-To": thread, "References": thread}
            some = addresses[start : start + MOST_READERS]
            try:
                mails.send("emails/post", language=language, context=context, hidden=some, headers=headers)
            except OSError as error:
                raise _failure(error) from None


def _failure(error: OSError) -> DeliveryError:
    """Tell a mail server in trouble from one that says no; neither says anything about the grid."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        if any(400 <= code < 500 for code in codes):
            return Retryable("The mail server takes none of the addresses right now.", outage=False)
        return Refused("The mail server refuses every address.")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500:
        return Refused(f"The mail server refused the mail ({error.smtp_code}).")
    return Retryable(f"The mail server does not take the mail now ({type(error).__name__}).", outage=False)


def _community(message: OutboxMessage, local_id: int) -> ExternalReference:
    found = ExternalReference.objects.filter(
        connection=message.connection,
        resource="community",
        local_type="portal.community",
        local_id=local_id,
    ).first()
    if found is None:
        raise Refused("The grid does not know this community any more.")
    return found


def _name(content: Mapping[str, Any]) -> str:
    row = partners_read.communities_by_id([content["community_id"]]).get(content["community_id"])
    return row.name if row else ""


def _shown(entry: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return one reference as a line of the mail; what was told before and has not changed gets no note."""
    before = told.get(entry["assetId"])
    if entry["action"] == "WITHDRAW":
        note = "withdrawn"
    elif before and before["action"] != "WITHDRAW" and before["version"] == entry["assetVersion"]:
        note = ""
    else:
        note = "replaces" if entry["action"] == "REPLACE" else "new"
    details = [
        entry.get("fileFormatName", ""),
        entry.get("fileLanguageCode", ""),
        " ".join(entry.get("targetMarkets") or ()),
        f"GTIN {entry['gtin']}" if entry.get("gtin") else "",
    ]
    return {
        "name": entry["fileName"],
        "details": ", ".join(filter(None, details)),
        "note": note,
        "version": entry["assetVersion"],
        "before": (entry.get("replaces") or {}).get("assetVersion"),
        "url": "" if note == "withdrawn" else entry.get("uniformResourceIdentifier", ""),
    }


def _gone(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": entry["name"], "details": "", "note": "withdrawn", "version": entry["version"], "url": ""}


def _language(wanted: str) -> str:
    """Return the language of ours that serves a reader best."""
    ours = dict(settings.LANGUAGES)
    first = wanted.partition("-")[0].lower()
    return first if first in ours else settings.LANGUAGE_CODE


def _in(language: str, texts: Mapping[str, str]) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
