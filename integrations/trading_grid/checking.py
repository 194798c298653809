"""
Does a tenant's set-up work, resource by resource? Asks and changes nothing over there: besides the token, only GET.

Every answer is read as the portal would read it, and compared with the maps: what the tenant calls something we do not
know is named, so that the operator can complete them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from django.conf import settings

from integrations.errors import BadPayload, DeliveryError, Refused
from integrations.models import ExternalReference
from integrations.trading_grid import (
    auth,
    calls,
    documents,
    events,
    issues,
    mail,
    mapping,
    resources,
    schemas,
)
from integrations.trading_grid.config import Account
from integrations.trading_grid.endpoints import CARRIED, FIELDS, RESOURCES, VALUE_FIELDS, WORDS

#: Rows of a list that are looked at.
LOOKED_AT = 50
#: Fields that any resource may have.
_EVERYWHERE = {"createdAt", "updatedAt"}
_CARRIER_OF = {endpoint: name for name, endpoints in CARRIED.items() for endpoint in endpoints}
_READERS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "partnerDirectory": schemas.company,
    "users": schemas.person,
    "communities": schemas.group,
    "members": schemas.active_member,
    "receipts": resources.receipt,
    "issues": issues.issue,
    "issueComments": issues.comment,
    "issueAttachments": issues.attachment,
    "onboardingProjects": resources.onboarding_project,
    "changeNotices": resources.change_notice,
    "launchTasks": resources.launch_task,
    "feedback": resources.feedback,
    "events": events.event,
}
#: Endpoint -> (endpoint, placeholder, field of its rows): where the value of a placeholder is found.
_NEEDS: dict[str, dict[str, tuple[str, str]]] = {
    "userRoles": {"loginId": ("users", "loginId")},
    "userEntitlements": {"loginId": ("users", "loginId")},
    "members": {"communityId": ("communities", "communityId")},
    "posts": {"communityId": ("communities", "communityId")},
    "receipts": {"communityId": ("communities", "communityId"), "postId": ("posts", "postId")},
    "issueComments": {"issueId": ("issues", "issueId")},
    "issueAttachments": {"issueId": ("issues", "issueId")},
}
_LISTS = (
    *("partnerDirectory", "users", "userRoles", "companyEntitlements", "userEntitlements", "communities"),
    *("members", "posts", "receipts", "issues", "issueComments", "issueAttachments", "onboardingProjects"),
    *("changeNotices", "launchTasks", "feedback", "events", "subscriptions"),
)


class Verdict(StrEnum):
    """``UNTRIED`` could not be asked, because nothing is there to ask about or asking is no GET."""

    WORKS = "works"
    OFF = "off"
    FAILS = "fails"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Finding:
    """
    What was found out about one endpoint.

    ``address``  method and path, or what stands for them
    ``reason``   a sentence; empty when there is nothing to say
    ``unknown``  sentences about names and words of the tenant that our maps do not have
    ``sends``    ``(method and path, body in the tenant's names)`` of what the portal would send
    """

    endpoint: str
    carrier: str
    address: str
    verdict: Verdict
    reason: str = ""
    unknown: list[str] = field(default_factory=list)
    sends: list[tuple[str, Any]] = field(default_factory=list)


def check(account: Account, *, launch: str = "") -> Iterator[Finding]:
    """
    Ask every resource and return what was found, in the order of asking.

    :param launch: id of a launch, to ask for its tasks: the grid has no list of launches
    """
    token = _token(account)
    yield token
    if token.verdict is Verdict.FAILS:
        return
    known: dict[str, dict[str, Any]] = {"launch": {"launchId": launch}} if launch else {}
    yield _company(account)
    for endpoint in _LISTS:
        yield _list(account, endpoint, known)
    yield _document_search(account)


def _token(account: Account) -> Finding:
    address = f"POST {account.options.token_path}"
    try:
        auth.token(account)
    except DeliveryError as error:
        return Finding("token", "rest", address, Verdict.FAILS, str(error))
    return Finding("token", "rest", address, Verdict.WORKS, f"Style {account.options.token_style}.")


def _company(account: Account) -> Finding:
    if early := _not_asked(account, "company"):
        return early
    address = _address(account, "company", {})
    try:
        body = calls.decoded(calls.raw(account, "GET", account.url("company"), "company"))
    except DeliveryError as error:
        return Finding("company", "rest", address, Verdict.FAILS, str(error))
    if not isinstance(body, dict):
        return Finding("company", "rest", address, Verdict.FAILS, "The answer is not an object.")
    return Finding("company", "rest", address, Verdict.WORKS, "", _unknown(account, "company", [body]))


def _document_search(account: Account) -> Finding:
    early = _not_asked(account, "documentSearch")
    address = account.options.paths.get("documentSearch", "")
    reason = "Its search is a POST, which this check does not make."
    return early or Finding("documentSearch", "rest", f"POST {address}", Verdict.UNTRIED, reason)


def _not_asked(account: Account, endpoint: str) -> Finding | None:
    name = _CARRIER_OF.get(endpoint, "")
    carrier = account.options.carriers[name] if name else "rest"
    if carrier == "off":
        return Finding(endpoint, carrier, "", Verdict.OFF, f"Switched off by carriers.{name}.")
    if carrier == "email":
        return _by_mail(account, endpoint)
    if not account.options.paths.get(endpoint):
        return Finding(endpoint, carrier, "", Verdict.OFF, f"paths.{endpoint} is empty: the tenant has none.")
    return None


def _list(account: Account, endpoint: str, known: dict[str, dict[str, Any]]) -> Finding:
    if early := _not_asked(account, endpoint):
        return early
    args, missing = _args(endpoint, known)
    address = _address(account, endpoint, args)
    sends = _sends(account, endpoint, args)
    if missing:
        return Finding(endpoint, "rest", address, Verdict.UNTRIED, missing, sends=sends)
    try:
        theirs = list(islice(calls.rows(account, endpoint, args, query={}), LOOKED_AT))
    except DeliveryError as error:
        return Finding(endpoint, "rest", address, Verdict.FAILS, str(error), sends=sends)
    rows = [mapping.inbound(account.options, endpoint, row) for row in theirs]
    if rows:
        known[endpoint] = rows[0]
    unknown = _unknown(account, endpoint, theirs)
    if unusable := _unusable(endpoint, rows):
        return Finding(endpoint, "rest", address, Verdict.FAILS, unusable, unknown, sends)
    reason = "" if rows else "It is empty, so names and words could not be compared."
    return Finding(endpoint, "rest", address, Verdict.WORKS, reason, unknown, sends)


def _args(endpoint: str, known: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, str], str]:
    """Return the placeholders' values as far as there are any, and a sentence when one is missing."""
    if endpoint == "launchTasks":
        found = known.get("launch")
        sentence = "There is no list of launches to take one from; name one to ask for its tasks."
        return (dict(found), "") if found else ({}, sentence)
    args: dict[str, str] = {}
    for placeholder, (source, name) in _NEEDS.get(endpoint, {}).items():
        value = known.get(source, {}).get(name)
        if not isinstance(value, str | int) or not str(value):
            return args, f"There is nothing in {source} to ask it about."
        args[placeholder] = str(value)
    return args, ""


def _address(account: Account, endpoint: str, args: Mapping[str, str], method: str = "GET") -> str:
    path = account.options.paths.get(endpoint, "")
    for name, value in {"companyId": account.options.company_id, **args}.items():
        path = path.replace(f"{{{name}}}", value)
    return f"{method} {path}"


def _unusable(endpoint: str, rows: list[dict[str, Any]]) -> str:
    """Return a sentence about the rows that the portal could not use."""
    read = _READERS.get(endpoint)
    problems: dict[str, int] = {}
    for row in rows if read else []:
        try:
            read(row)  # type: ignore[misc]
        except BadPayload as error:
            problems[str(error)] = problems.get(str(error), 0) + 1
    said = " ".join(f"{sentence} ({count} of {len(rows)})" for sentence, count in problems.items())
    return f"Rows that cannot be used: {said}" if said else ""


def _unknown(account: Account, endpoint: str, theirs: list[dict[str, Any]]) -> list[str]:
    """
    Return sentences about what our maps do not have.

    :param theirs: rows as the tenant sends them
    """
    resource = RESOURCES.get(endpoint, endpoint)
    rows = [mapping.inbound(account.options, endpoint, row) for row in theirs]
    found = []
    if resource in FIELDS:
        extra = sorted({name for row in rows for name in row} - FIELDS[resource] - _EVERYWHERE)
        if extra:
            found.append(f"fields we do not know: {', '.join(extra)}")
    for name, called in account.options.field_map.get(resource, {}).items():
        if theirs and not any(called in row for row in theirs):
            found.append(f"field_map.{resource}.{name}: no answer has {called}")
    for map_name, (of, name) in VALUE_FIELDS.items():
        if of == resource:
            words = {row[name] for row in rows if isinstance(row.get(name), str)} - set(WORDS[map_name])
            if words:
                found.append(f"words of {name} that value_map.{map_name} lacks: {', '.join(sorted(words))}")
    return found


# -- What would be sent -----------------------------------------------------------------------------------------------
def _sends(account: Account, endpoint: str, args: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Return the calls the portal makes there; today it sends posts and its subscription."""
    if endpoint == "subscriptions" and account.options.subscribe:
        url = f"{settings.PORTAL_URL}/integrations/trading-grid/{account.connection.key}/webhook"
        body = {"url": url, "eventTypes": ["*"], "secret": "whsec_..."}
        return [
            (_address(account, endpoint, args, "POST"), mapping.outbound(account.options, endpoint, body))
        ]
    if endpoint != "posts":
        return []
    document = documents.post(
        sample_content(),
        {},
        portal_url=settings.PORTAL_URL,
        requires_receipt=account.options.requires_receipt,
    )
    body = mapping.outbound(account.options, "posts", {**document, "status": "PUBLISHED"})
    return [
        (_address(account, "posts", args, "POST"), body),
        _transition(account, args, "withdraw", "WITHDRAWN"),
    ]


def _transition(account: Account, args: Mapping[str, str], action: str, goal: str) -> tuple[str, Any]:
    match account.options.transitions:
        case "query":
            return f"{_address(account, 'postState', args, 'PUT')}?action={action.capitalize()}", {}
        case "property":
            body = mapping.outbound(account.options, "post", {"status": goal})
            return _address(account, "post", args, "PATCH"), body
        case _:
            return _address(account, "postState", args, "PATCH"), {"action": action}


def _by_mail(account: Account, endpoint: str) -> Finding:
    if endpoint != "posts":
        return Finding(endpoint, "email", "mail", Verdict.OFF, "The portal sends no mail about it yet.")
    communities = ExternalReference.objects.filter(connection=account.connection, resource="community")
    lonely, reached = [], 0
    for row in communities.order_by("external_id"):
        try:
            readers = mail.readers_of(account, row.external_id, row.local_id)
        except Refused:
            lonely.append(row.external_id)
        else:
            reached += sum(map(len, readers.values()))
    if not communities:
        reason = "The directory has not been read yet, so there is nobody to write to."
        return Finding(endpoint, "email", "mail", Verdict.UNTRIED, reason)
    reason = f"{reached} addresses in {len(communities) - len(lonely)} communities."
    unknown = [f"nobody to write to in {', '.join(lonely)}"] if lonely else []
    verdict = Verdict.WORKS if reached else Verdict.FAILS
    return Finding(endpoint, "email", "mail", verdict, reason, unknown)


def sample_content() -> dict[str, Any]:
    """Return an invented publication with one file, in the shape of ``PostContent.as_json()``."""
    file = {
        "asset": "ast-example",
        "variant": "var-example",
        "version": 1,
        "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "file_name": "09521234500049_A1C1_de.jpg",
        "media_type": "image/jpeg",
        "extension": "jpg",
        "size": 412_000,
        "width": 3000,
        "height": 3000,
        "language": "de",
        "markets": ["DE", "AT"],
        "gtin": "09521234500049",
        "kind": "packshot",
        "title": {"en": "Example", "de": "Beispiel"},
        "description": {},
        "alt_text": {"de": "Vorderansicht"},
        "rights_start": None,
        "rights_end": None,
        "usage_rights": "",
        "copyright": "",
        "is_primary": True,
    }
    return {
        "publication": "pub-example",
        "asset": "ast-example",
        "title": {"en": "Example", "de": "Beispiel"},
        "files": [file],
    }
