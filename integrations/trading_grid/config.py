"""
What must be known about one company in the grid, and what is taken when nothing is said.

No public document describes most of these resources: every tenant is set up by contract. So paths, field names and
words come from here; the defaults are our own contract, the documented paths among them.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from integrations import connections, options
from integrations.errors import BadOptions
from integrations.models import Connection
from integrations.trading_grid.endpoints import CARRIED, PATHS, VALUE_FIELDS
from integrations.trading_grid.reading import is_address

#: Ways a resource can travel. Electronic data interchange and files are to come.
CARRIERS = ("rest", "email", "off")
_LATER_CARRIERS = ("edi", "file")


@dataclass(frozen=True)
class Options:
    """
    ``Connection.options`` of a company.

    ==================  ===========================================================================================
    gateway_url         ``https://apigrid.opentext.com`` or the tenant's
    company_id          the hub company; stands for ``{companyId}`` in paths
    token_path          of the gateway; ``/tenants/{tenantId}/oauth2/token`` with ``token_style`` ``tenant``
    token_style         ``gateway`` (grant in the query) or ``tenant`` (grant in a form)
    dialect             how lists are paged: ``cartographer``, ``hal`` or ``plain``
    paths               endpoint -> path, merged over ``PATHS``
    field_map           resource -> ``{our name: theirs}``
    value_map           a name of ``VALUE_FIELDS`` -> ``{our word: theirs}``
    carriers            a name of ``CARRIED`` -> how it travels, one of ``CARRIERS``; ``rest`` when not said
    recipients          for what goes by mail: community id, or ``*`` for the others -> mail addresses; the members'
                        people when there is neither
    transitions         how a state is changed: ``action`` (PATCH with an action), ``query`` (PUT with ``?action=``) or
                        ``property`` (PATCH of the thing's own ``status``)
    page_size           rows of a list's page
    calls_per_second    lasting; two seconds' worth may go out at once. The vendor names 5 for one of its services
    events_seconds      between two polls for events; ``directory_minutes`` between two readings of the directory
    subscribe           have events pushed to us as well; polling goes on, and finds what a lost call would have said
    requires_receipt    whether posts ask their readers to confirm
    webhook_tolerance_seconds  how old a signed call may be
    ==================  ===========================================================================================
    """

    gateway_url: str
    company_id: str
    token_path: str = "/v1/oauth2/tokens"
    token_style: str = field(default="gateway", metadata={"choices": ("gateway", "tenant")})
    dialect: str = field(default="cartographer", metadata={"choices": ("cartographer", "hal", "plain")})
    paths: dict[str, str] = field(default_factory=PATHS.copy)
    field_map: dict[str, dict[str, str]] = field(default_factory=dict)
    value_map: dict[str, dict[str, str]] = field(default_factory=dict)
    carriers: dict[str, str] = field(default_factory=lambda: dict.fromkeys(CARRIED, "rest"))
    recipients: dict[str, list[str]] = field(default_factory=dict)
    transitions: str = field(default="action", metadata={"choices": ("action", "query", "property")})
    calls_per_second: float = field(default=4.0, metadata={"least": 0.1, "most": 10_000})
    page_size: int = field(default=100, metadata={"least": 1, "most": 1000})
    events_seconds: float = field(default=60.0, metadata={"least": 1, "most": 86_400})
    directory_minutes: float = field(default=60.0, metadata={"least": 0.1, "most": 10_080})
    subscribe: bool = True
    requires_receipt: bool = False
    webhook_tolerance_seconds: int = field(default=300, metadata={"least": 10, "most": 3600})


@dataclass(frozen=True)
class Account:
    """One company, ready to be called. ``consumer_key`` and what follows but ``hosts`` is secret."""

    connection: Connection
    options: Options
    consumer_key: str
    consumer_secret: str
    hosts: frozenset[str]
    webhook_secret: str = ""

    def url(self, endpoint: str, **args: str) -> str:
        """
        Return the address of an endpoint.

        :raises BadOptions: the tenant has no path for it
        """
        template = self.options.paths.get(endpoint)
        if not template:
            raise BadOptions(f"paths has no {endpoint}.")
        values = {"companyId": self.options.company_id, "tenantId": self.options.company_id, **args}
        return self.options.gateway_url + template.format(
            **{name: quote(value, safe="") for name, value in values.items()}
        )

    def match(self, url: str, endpoint: str, *, whole: bool = False) -> dict[str, str] | None:
        """
        Return the placeholders' values when an address is one of this endpoint's or lies below it, else ``None``.

        :param whole: only the endpoint's own address will do
        """
        template = self.options.paths.get(endpoint, "")
        try:
            path = urlsplit(url).path
        except ValueError:
            return None
        names: list[str] = []
        pattern = ""
        for part in re.split(r"(\{\w+\})", template):
            if re.fullmatch(r"\{\w+\}", part):
                # The same one may stand in a path twice.
                pattern += f"(?P={part[1:-1]})" if part in names else f"(?P<{part[1:-1]}>[^/?#]+)"
                names.append(part)
            else:
                pattern += re.escape(part)
        found = re.match(f"{pattern}{'/?$' if whole else '(/|$)'}", path) if template else None
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


def carrier(connection: Connection, resource: str) -> str:
    """Return how a resource travels in a connection, whether or not the rest of its options makes sense."""
    carriers = connection.options.get("carriers")
    return str(carriers.get(resource, "rest")) if isinstance(carriers, dict) else "rest"


def account(connection: Connection) -> Account:
    """
    Read a connection.

    Credentials: ``consumer_key``, ``consumer_secret``, and ``webhook_secret`` (``whsec_...``; two, separated by a
    blank, while it is being changed).

    :raises BadOptions: something is missing or wrong
    """
    found = options.read(Options, connection.options)
    _check_paths(found.paths)
    _check_maps(found)
    _check_carriers(found)
    secrets = connections.credentials(connection)
    for name in ("consumer_key", "consumer_secret"):
        if not secrets.get(name):
            raise BadOptions(
                f"The {name.replace('_', ' ')} of the company is missing. Enter it in the connection."
            )
    return Account(
        connection=connection,
        options=found,
        consumer_key=secrets["consumer_key"],
        consumer_secret=secrets["consumer_secret"],
        hosts=connection.hosts,
        webhook_secret=next(iter(secrets.get("webhook_secret", "").split()), ""),
    )


def _check_paths(paths: dict[str, Any]) -> None:
    for endpoint, path in paths.items():
        if not isinstance(path, str) or (path and not path.startswith("/")):
            raise BadOptions(
                f"paths.{endpoint} must begin with a slash, or be empty when the tenant has no such resource."
            )
        if re.search(r"[{}]", re.sub(r"\{\w+\}", "", path)):
            raise BadOptions(f"paths.{endpoint} has a brace that belongs to no placeholder.")
        wanted = set(re.findall(r"\{(\w+)\}", PATHS.get(endpoint, path)))
        given = set(re.findall(r"\{(\w+)\}", path))
        if path and given - wanted - {"companyId", "tenantId"}:
            raise BadOptions(
                f"paths.{endpoint} has placeholders that nobody fills: {', '.join(sorted(given - wanted))}."
            )


def _check_maps(found: Options) -> None:
    for name in ("field_map", "value_map"):
        for key, entries in getattr(found, name).items():
            if not isinstance(entries, dict) or not all(isinstance(word, str) for word in entries.values()):
                raise BadOptions(f"{name}.{key} must be an object of texts.")
            if len(set(entries.values())) < len(entries):
                raise BadOptions(f"{name}.{key} gives two of our names the same one of theirs.")
    unknown = set(found.value_map) - set(VALUE_FIELDS)
    if unknown:
        raise BadOptions(f"value_map has no {', '.join(sorted(unknown))}. It has {', '.join(VALUE_FIELDS)}.")


def _check_carriers(found: Options) -> None:
    for resource, carrier in found.carriers.items():
        if resource not in CARRIED:
            raise BadOptions(f"carriers has no {resource}. It has {', '.join(CARRIED)}.")
        if carrier in _LATER_CARRIERS:
            raise BadOptions(
                f"carriers.{resource}: the portal cannot send by {carrier} yet. Choose {', '.join(CARRIERS)}."
            )
        if carrier not in CARRIERS:
            raise BadOptions(f"carriers.{resource} must be one of {', '.join(CARRIERS)}.")
    for community, addresses in found.recipients.items():
        if not isinstance(addresses, list) or not all(
            isinstance(address, str) and is_address(address) for address in addresses
        ):
            raise BadOptions(f"recipients.{community} must be a list of mail addresses.")
