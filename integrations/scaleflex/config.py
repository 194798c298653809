"""What must be known about one Scaleflex project, and what is taken when nothing is said."""

from dataclasses import dataclass, field

from integrations import connections, options
from integrations.errors import BadOptions
from integrations.models import Connection

#: The portal's words -> keys of the project's metadata model.
METADATA = {
    "title": "title",
    "description": "description",
    "alt_text": "alt_text",
    "gtin": "gtin",
    "product_name": "product_name",
    "net_content": "net_content",
    "brand": "brand",
    "kind": "asset_type",
    "view": "view",
    "group": "variant_group",
    "language": "language",
    "markets": "markets",
    "rights_start": "rights_start",
    "rights_end": "rights_end",
    "usage_rights": "usage_rights",
    "public_use": "public_use",
    "copyright": "copyright",
}


@dataclass(frozen=True)
class Options:
    """
    ``Connection.options`` of a project.

    ========================  =======================================================================================
    api_url                   ``https://api.filerobot.com``; the project's token is added
    cdn_url                   delivery: ``https://<token>.filerobot.com``
    token                     the project's id
    api_version               ``v4`` or ``v5``, for everything we read
    root_folder               only files below it are mirrored
    skipped_folders           folders of derivatives, never mirrored
    page_size                 files per page of a list, 1 to 4000; ``page_overlap`` rows are read again on the next page
    sort                      a field that changes do not move, or pages would lose rows while they are read
    sweep_seconds             between two sweeps for changes; ``overlap_seconds`` each looks back, because lists lag
    full_walk_hours           between two walks through everything, which find what is missing
    confirm_gone_seconds      between the two 404 that make us believe a deletion
    metadata                  the portal's words -> metadata keys, see ``METADATA``
    approved_words            approval words that count as approved
    default_language          of texts without regional variants
    webhook_auth              ``basic``, ``bearer`` or ``header`` (then ``webhook_header`` names it)
    delivery_version          ``/v7`` in delivery addresses: set for old accounts, empty for new ones
    ========================  =======================================================================================
    """

    api_url: str
    cdn_url: str
    token: str
    api_version: str = field(default="v5", metadata={"choices": ("v4", "v5")})
    root_folder: str = "/"
    skipped_folders: tuple[str, ...] = ("/.internal", "/.studio")
    page_size: int = field(default=1000, metadata={"least": 1, "most": 4000})
    page_overlap: int = field(default=20, metadata={"most": 500})
    sort: str = "created_at:asc"
    sweep_seconds: float = field(default=60.0, metadata={"least": 1, "most": 86_400})
    overlap_seconds: float = field(default=120.0, metadata={"most": 86_400})
    full_walk_hours: float = field(default=24.0, metadata={"least": 0.01, "most": 8760})
    confirm_gone_seconds: float = field(default=60.0, metadata={"most": 86_400})
    metadata: dict[str, str] = field(default_factory=METADATA.copy)
    approved_words: tuple[str, ...] = ("APPROVED",)
    default_language: str = "en"
    webhook_auth: str = field(default="basic", metadata={"choices": ("basic", "bearer", "header")})
    webhook_header: str = "X-Portal-Secret"
    delivery_version: str = field(default="", metadata={"choices": ("", "/v7")})


@dataclass(frozen=True)
class Account:
    """One project, ready to be called. ``key`` is secret."""

    connection: Connection
    options: Options
    key: str
    hosts: frozenset[str]


def account(connection: Connection) -> Account:
    """
    Read a connection.

    Credentials: ``key`` (API secret key), and for its webhooks ``webhook_user`` and ``webhook_password`` (Basic),
    ``webhook_token`` (bearer) or ``webhook_secret`` (fixed header).

    :raises BadOptions: something is missing or wrong
    """
    found = options.read(Options, connection.options)
    unknown = set(found.metadata) - set(METADATA)
    if unknown:
        raise BadOptions(f"metadata has no {', '.join(sorted(unknown))}. It has {', '.join(METADATA)}.")
    key = connections.credentials(connection).get("key", "")
    if not key:
        raise BadOptions("The API key of the project is missing. Enter it in the connection.")
    return Account(connection=connection, options=found, key=key, hosts=connection.hosts)
