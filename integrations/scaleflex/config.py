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
VERSIONS = ("v4", "v5")
CARRIERS = ("comment", "metadata", "label", "off")


@dataclass(frozen=True)
class Options:
    """
    ``Connection.options`` of a project.

    ========================  =======================================================================================
    api_url                   ``https://api.filerobot.com``; the project's token is added
    cdn_url                   delivery: ``https://<token>.filerobot.com``
    token                     the project's id
    api_version               ``v4`` or ``v5``, for everything we read; ``write_version``, ``upload_version`` likewise
    file_spelling             ``files`` or ``file``: both are in use for one file's address
    calls_per_second          lasting; two seconds' worth may go out at once. The vendor advises 0.2 s between calls
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
    metadata_write            ``patch`` (v5), or ``merge``: read, merge and put, where only v4 may be written
    upload_most_bytes         larger files are not sent; the vendor says 100 MB on one page and 500 MB on another
    request_carrier           how a request reaches the content team: ``comment``, ``metadata``, ``label`` or ``off``
    request_metadata_key      text field for ``metadata``; ``request_label`` the label for ``label``
    review_label              label of files under review, empty for none
    delivery_version          ``/v7`` in delivery addresses: set for old accounts, empty for new ones
    delivery_link             ``uuid`` names one version; ``path`` is checked to lead to the wanted one
    delivery_security         ``off``, ``sign`` or ``seal``, with the credential ``delivery_salt``
    delivery_digest_digits    of a signature or seal, 6 to 40
    delivery_leading_slash    whether the path is signed with its first slash: the vendor's own tools differ
    delivery_quality          when a recipe names none; 0 leaves it to the vendor
    delivery_most_pixels      widest or highest picture delivery makes; 0 for no bound of ours
    video_renditions          ``url`` (on the fly: 60 s, 500 MB, 4K at most), ``job``, or ``auto``: a job beyond those
    video_jobs_url            empty for ``/videos/v2`` at ``api_url``
    video_bitrate             asked of a job, such as ``2000K``
    video_poll_seconds        between two looks at a job; ``video_give_up_seconds`` is all it gets
    invalidation_url          ``https://api.cloudimage.com``, with the credential ``invalidation_key``; empty for never
    ========================  =======================================================================================
    """

    api_url: str
    cdn_url: str
    token: str
    api_version: str = field(default="v5", metadata={"choices": VERSIONS})
    write_version: str = field(default="v5", metadata={"choices": VERSIONS})
    upload_version: str = field(default="v4", metadata={"choices": VERSIONS})
    file_spelling: str = field(default="files", metadata={"choices": ("files", "file")})
    calls_per_second: float = field(default=4.0, metadata={"least": 0.1, "most": 10_000})
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
    metadata_write: str = field(default="patch", metadata={"choices": ("patch", "merge")})
    upload_most_bytes: int = field(default=100_000_000, metadata={"least": 1, "most": 5_000_000_000})
    request_carrier: str = field(default="comment", metadata={"choices": CARRIERS})
    request_metadata_key: str = "partner_request"
    request_label: str = "Partner request"
    review_label: str = "Under review"
    delivery_version: str = field(default="", metadata={"choices": ("", "/v7")})
    delivery_link: str = field(default="uuid", metadata={"choices": ("uuid", "path")})
    delivery_security: str = field(default="off", metadata={"choices": ("off", "sign", "seal")})
    delivery_digest_digits: int = field(default=18, metadata={"least": 6, "most": 40})
    delivery_leading_slash: bool = True
    delivery_quality: int = field(default=0, metadata={"most": 100})
    delivery_most_pixels: int = field(default=0, metadata={"most": 100_000})
    video_renditions: str = field(default="auto", metadata={"choices": ("auto", "url", "job")})
    video_jobs_url: str = ""
    video_bitrate: str = "2000K"
    video_poll_seconds: float = field(default=5.0, metadata={"least": 1, "most": 3600})
    video_give_up_seconds: float = field(default=1800.0, metadata={"least": 1, "most": 86_400})
    invalidation_url: str = ""


@dataclass(frozen=True)
class Account:
    """
    One project, ready to be called. ``key``, ``salt`` (of signed and sealed delivery) and ``invalidation_key`` are
    secret; the two last are empty when not set.
    """

    connection: Connection
    options: Options
    key: str = field(repr=False)
    hosts: frozenset[str]
    salt: str = field(default="", repr=False)
    invalidation_key: str = field(default="", repr=False)

    @property
    def video_jobs_url(self) -> str:
        return self.options.video_jobs_url or f"{self.options.api_url}/videos/v2"


def account(connection: Connection) -> Account:
    """
    Read a connection.

    Credentials: ``key`` (API secret key); for its webhooks ``webhook_user`` and ``webhook_password`` (Basic),
    ``webhook_token`` (bearer) or ``webhook_secret`` (fixed header); ``delivery_salt``; ``invalidation_key``.

    :raises BadOptions: something is missing or wrong
    """
    found = options.read(Options, connection.options)
    unknown = set(found.metadata) - set(METADATA)
    if unknown:
        raise BadOptions(f"metadata has no {', '.join(sorted(unknown))}. It has {', '.join(METADATA)}.")
    secrets = connections.credentials(connection)
    key = secrets.get("key", "")
    if not key:
        raise BadOptions("The API key of the project is missing. Enter it in the connection.")
    salt, invalidation_key = secrets.get("delivery_salt", ""), secrets.get("invalidation_key", "")
    if found.delivery_security != "off" and not salt:
        raise BadOptions("delivery_security needs the salt of the project. Enter it in the connection.")
    if found.invalidation_url and not invalidation_key:
        raise BadOptions("invalidation_url needs its own key. Enter it in the connection.")
    if found.request_carrier == "metadata" and not found.request_metadata_key:
        raise BadOptions("request_metadata_key must name a text field.")
    if found.request_carrier == "label" and not found.request_label:
        raise BadOptions("request_label must name a label.")
    return Account(connection, found, key, connection.hosts, salt, invalidation_key)
