"""What we know of the outside, what arrived from there, and what we still owe it."""

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _


class Connection(models.Model):
    """
    One account at one vendor. Several of a kind may live side by side.

    ``options``      addresses (``*_url``), ids and maps; each vendor's ``config`` module knows names and defaults
    ``credentials``  JSON, encrypted; written and read through ``integrations.connections`` alone
    ``failures``     calls in a row that found the vendor in trouble
    ``open_until``   the circuit is open: nothing is sent before, and then one trial
    ``paused_until`` staff stopped it until then
    ``era``          stands in the keys of revisions since the database came back from a backup: numbers that were used
                     before it was lost are given again, and the vendor must not take them for repeats
    ``retries_left`` attempts that may be made again, as of ``retries_left_at``
    """

    class Vendor(models.TextChoices):
        SCALEFLEX = "scaleflex", "Scaleflex"
        TRADING_GRID = "trading_grid", "Trading Grid"

    vendor = models.CharField(_("vendor"), max_length=20, choices=Vendor)
    key = models.SlugField(
        _("key"), max_length=40, unique=True, help_text=_("Stands in addresses and never changes.")
    )
    name = models.CharField(_("name"), max_length=100)
    options = models.JSONField(_("options"), default=dict, blank=True)
    credentials = models.BinaryField(default=b"", editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    open_until = models.DateTimeField(_("held back until"), null=True, editable=False)
    retries_left = models.FloatField(default=20.0, editable=False)
    retries_left_at = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, editable=False)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, editable=False)
    last_failure = models.CharField(_("last problem"), max_length=300, blank=True, editable=False)
    era = models.CharField(max_length=20, blank=True, editable=False, default="")

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["vendor", "key"]

    def __str__(self) -> str:
        return self.name

    @property
    def hosts(self) -> frozenset[str]:
        """``host:port`` of every address in the options: the only ones its calls may go to."""
        found = set()
        for name, value in self.options.items():
            if name.endswith("_url") and isinstance(value, str):
                parts = urlsplit(value)
                if parts.scheme in {"http", "https"} and parts.hostname:
                    found.add(f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
        return frozenset(found)


class Work(models.Model):
    """
    What inbox and outbox rows share: a piece of work that waits, is tried, and ends or is parked.

    ``kind``          what it is about; ``routing`` knows who handles it
    ``ordering_key``  rows of one key are done in order of ``id``
    ``dedupe_key``    names the fact; the same fact twice is one row
    ``coalesces``     tells the latest state, so an older row of the same key and kind is covered by a younger
    ``not_before``    not due before; waiting is this column and nothing else
    ``started_at``    set before an attempt and cleared after it: still set means that the worker died
    ``started_by``    PostgreSQL's number of the connection that began it: while it lives, the worker may only be slow
    ``crashes``       attempts that ended so
    """

    # Every other index begins with the connection as well; one of its own would only cost.
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", verbose_name=_("connection"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=60)
    ordering_key = models.CharField(_("ordering key"), max_length=200)
    dedupe_key = models.CharField(_("fact"), max_length=200)
    coalesces = models.BooleanField(default=False)
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    crashes = models.PositiveSmallIntegerField(_("crashes"), default=0)
    started_at = models.DateTimeField(_("attempt began"), null=True, blank=True)
    started_by = models.IntegerField(null=True, editable=False)
    first_attempt_at = models.DateTimeField(_("first attempt"), null=True, blank=True)
    last_error = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key}"


def _work_indexes(prefix: str) -> list[models.Index]:
    unfinished = models.Q(state__in=["pending", "parked"])
    return [
        models.Index(fields=["not_before", "id"], name=f"{prefix}_due", condition=models.Q(state="pending")),
        models.Index(
            fields=["connection", "ordering_key", "id"], name=f"{prefix}_order", condition=unfinished
        ),
        models.Index(fields=["connection", "state", "id"], name=f"{prefix}_open", condition=unfinished),
    ]


class InboundEvent(Work):
    """
    One piece of news from a vendor: stored once, answered, worked on later.

    ``subject``  the vendor's id of what changed
    ``data``     JSON the handler needs, such as when a file was first missing
    ``raw``      bytes as they came, when they are more than a hint or could not be understood
    ``repeats``  further arrivals of the same hint while this one waited
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")
        IGNORED = "ignored", _("Covered or of no concern")

    FINISHED = State.DONE
    COVERED = State.IGNORED

    subject = models.CharField(_("subject"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    data = models.JSONField(default=dict, blank=True)
    raw = models.BinaryField(null=True, editable=False)
    repeats = models.PositiveIntegerField(_("repeats"), default=0)
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("inbox event")
        verbose_name_plural = _("inbox")
        constraints = [models.UniqueConstraint(fields=["connection", "dedupe_key"], name="inbound_once")]
        indexes = [
            *_work_indexes("inbound"),
            models.Index(fields=["connection", "subject", "-id"], name="inbound_subject"),
            models.Index(fields=["connection", "received_at"], name="inbound_received"),
        ]


class OutboxMessage(Work):
    """
    One fact a vendor must be told. ``payload`` is the fact as it was; addresses and secrets are looked up at delivery.

    ``dedupe_key`` travels as the idempotency key.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENT = "sent", _("Sent")
        PARKED = "parked", _("Parked")
        SUPERSEDED = "superseded", _("Covered by a newer one")

    FINISHED = State.SENT
    COVERED = State.SUPERSEDED

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox")
        constraints = [models.UniqueConstraint(fields=["connection", "dedupe_key"], name="outbox_once")]
        indexes = [
            *_work_indexes("outbox"),
            models.Index(
                fields=["created_at"],
                name="outbox_written",
                condition=models.Q(state__in=["sent", "superseded"]),
            ),
        ]


class DeliveryAttempt(models.Model):
    """
    One try to deliver a message; written before the call, so that a try that killed its worker is counted.

    ``outcome``  stays ``started`` for ever when the worker died
    ``status``   HTTP status of the refusal, ``None`` when it went well or nothing answered
    """

    class Outcome(models.TextChoices):
        STARTED = "started", _("Started")
        SENT = "sent", _("Sent")
        LATER = "later", _("Try again")
        PARKED = "parked", _("Parked")

    message = models.ForeignKey(
        OutboxMessage, on_delete=models.CASCADE, related_name="tries", verbose_name=_("message")
    )
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.STARTED)
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    duration_ms = models.PositiveIntegerField(_("milliseconds"), null=True)
    error = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        indexes = [models.Index(fields=["started_at"], name="attempt_started")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"


class SyncCursor(models.Model):
    """
    How far a walk through a vendor's list has come.

    ``name``       ``full`` (everything), ``sweep`` (changes), ``events``, ``directory``, ``reconcile``
    ``value``      where to go on: JSON the walk understands
    ``started_at`` of the pass that runs or ran last; ``finished_at`` when it came to its end
    ``due_at``     when the next pass begins
    ``failures``   reads in a row that failed; ``last_error`` says why
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="cursors", verbose_name=_("connection")
    )
    name = models.CharField(_("what"), max_length=20)
    value = models.JSONField(default=dict)
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    due_at = models.DateTimeField(_("next pass"), null=True)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    total_estimate = models.PositiveIntegerField(_("of about"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("synchronisation")
        verbose_name_plural = _("synchronisations")
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="cursor_once")]

    def __str__(self) -> str:
        return f"{self.connection} {self.name}"


class SeenPage(models.Model):
    """
    Which files one page of a full walk held: 8 bytes of digest per uuid.

    At the end of the walk they answer "what was not there?" in bounded memory and survive a killed worker; then they
    are deleted.
    """

    cursor = models.ForeignKey(SyncCursor, on_delete=models.CASCADE, related_name="seen_pages")
    digests = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.cursor_id} {self.pk}"


class ExternalReference(models.Model):
    """
    What a row of ours is called over there.

    ``resource``  the vendor's kind of thing: ``community``, ``partner``, ``post``, ``company`` (the hub itself)
    ``local_type``, ``local_id``  our model's label and row number
    ``data``      what must be remembered about it: etag, revision, files last told; its people by their lasting id
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="references")
    resource = models.CharField(_("resource"), max_length=20)
    external_id = models.CharField(_("id over there"), max_length=200)
    local_type = models.CharField(_("kind of row"), max_length=60)
    local_id = models.BigIntegerField(_("row"))
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("external reference")
        verbose_name_plural = _("external references")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "resource", "external_id"], name="reference_external_once"
            ),
            models.UniqueConstraint(
                fields=["connection", "resource", "local_type", "local_id"], name="reference_local_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.external_id}"
