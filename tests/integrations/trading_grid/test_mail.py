"""Posts as mails over a real mail server: who gets what, in which language, once."""

import email
import email.policy
import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from integrations.models import Connection, ExternalReference, OutboxMessage
from portal.publications.models import Publication
from portal.releases import services as releases
from tests.builders import NOON, file_fact, make_rule, make_user
from tests.integrations.reconciling import reconciled
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=2)
FRONT = {"uuid": "u-1", "gtin": "09521234500049", "language": "de", "markets": ("DE",), "group": "front"}
NEWER = {**FRONT, "uuid": "u-2", "previous_uuids": ("u-1",)}


class Post:
    """A mail server that keeps what it takes; ``refuse`` is what it answers to a whole mail, or to some readers."""

    def __init__(self):
        self.refuse = ""
        self.refused_readers: dict[str, str] = {}
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused_readers:
            return self.refused_readers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return self.refuse
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def mails(self) -> list[email.message.EmailMessage]:
        return [
            email.message_from_bytes(each.content, policy=email.policy.default) for each in self.envelopes
        ]


@pytest.fixture
def post(settings):
    handler = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.PORTAL_URL = "https://partners.brand.example"
    yield handler
    controller.stop()


@pytest.fixture
def by_mail(world, post):
    grid = Grid(world, carriers={"posts": "email"})
    grid.read()
    make_rule(grid.community(), folders=["/New"])
    return grid


def apply(*facts, later=timedelta()):
    releases.apply_files(facts=list(facts), now=NOON + later)


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def readers(post) -> list[list[str]]:
    return [sorted(each.rcpt_tos) for each in post.envelopes]


def test_contacts_of_the_community_are_told_in_their_languages(by_mail, post):
    apply(file_fact("/New/front_de.jpg", title={"en": "Muesli", "de": "Müsli"}, **FRONT))

    by_mail.deliver()

    german, english = sorted(post.mails, key=lambda mail: "Müsli" not in str(mail["Subject"]))
    assert (str(german["Subject"]), str(english["Subject"])) == ("Norrvik: Müsli", "Norrvik: Muesli")
    everybody = [address for some in readers(post) for address in some]
    # Miriam wants work and no posts; Studio Nordlicht is the other company of the community.
    assert "miriam.oduya@bergmann.example" not in everybody
    assert "jana.kessler@bergmann.example" in everybody
    assert {address.partition("@")[2] for address in everybody} == {"bergmann.example", "nordlicht.example"}
    text = text_of(german)
    asset = Publication.objects.get().asset.public_id
    assert "- front_de.jpg (JPEG, de, DE, GTIN 09521234500049): neu" in text
    assert f"https://partners.brand.example/a/{asset}/" in text
    assert "Winter Kitchen" in text
    assert OutboxMessage.objects.get().state == "sent"
    assert Publication.objects.get().posted_revision == 1
    assert by_mail.posts() == []


def test_readers_never_see_each_other(by_mail, post):
    apply(file_fact("/New/front.jpg", **FRONT))

    by_mail.deliver()

    for mail, envelope in zip(post.mails, post.envelopes, strict=True):
        assert str(mail["To"]) == "undisclosed-recipients:;"
        assert mail["Bcc"] is None
        assert not any(address.encode() in envelope.content for address in envelope.rcpt_tos)


def test_addresses_of_the_connection_come_first(world, post):
    grid = Grid(world, carriers={"posts": "email"}, recipients={"*": ["buyers@list.example"]})
    grid.read()
    make_rule(grid.community(), folders=["/New"])
    apply(file_fact("/New/front.jpg", **FRONT))

    grid.deliver()

    assert readers(post) == [["buyers@list.example"]]


def test_people_of_the_portal_stand_in_for_a_company_without_contacts(by_mail, post, world):
    for company in ("GC00000101BR", "GC00000105SN"):
        world.verb("DELETE", f"/trading_grid/partners/{company}/contacts")
    by_mail.read(ahead=HOUR)
    bergmann = by_mail.community().partners.get(name="Bergmann Retail")
    make_user(bergmann, email="anna@bergmann.example", language="fr")
    make_user(bergmann, email="left@bergmann.example", is_active=False)
    apply(file_fact("/New/front.jpg", **FRONT))

    by_mail.deliver()

    assert readers(post) == [["anna@bergmann.example"]]
    assert "est disponible" in text_of(post.mails[0])


def test_nobody_to_write_to_is_parked_with_the_reason(by_mail, world, post):
    for company in ("GC00000101BR", "GC00000105SN"):
        world.verb("DELETE", f"/trading_grid/partners/{company}/contacts")
    by_mail.read(ahead=HOUR)
    apply(file_fact("/New/front.jpg", **FRONT))

    by_mail.deliver()

    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error.startswith("There is nobody to write to")) == ("parked", True)


def test_new_version_and_withdrawal_follow_in_the_same_thread(by_mail, post):
    apply(file_fact("/New/front.jpg", **FRONT))
    by_mail.deliver()
    first = {str(mail["Message-ID"]) for mail in post.mails}
    post.envelopes.clear()

    apply(file_fact("/New/front.jpg", **NEWER), later=MINUTE)
    by_mail.deliver()
    changed = post.mails
    post.envelopes.clear()
    apply(file_fact("/New/front.jpg", **{**NEWER, "approved": False}), later=2 * MINUTE)
    by_mail.deliver()

    assert {str(mail["In-Reply-To"]) for mail in changed} == first
    assert {str(mail["In-Reply-To"]) for mail in post.mails} == first
    assert not first & {str(mail["Message-ID"]) for mail in [*changed, *post.mails]}
    assert any("version 2, replaces version 1" in text_of(mail) for mail in changed)
    withdrawn = [text_of(mail) for mail in post.mails]
    assert any("- front.jpg: withdrawn, please do not use" in text for text in withdrawn)
    assert not any("/a/" in text for text in withdrawn)
    assert Publication.objects.get().posted_revision == 3


def test_publication_that_never_was_mailed_is_not_withdrawn_by_mail(by_mail, post):
    apply(file_fact("/New/front.jpg", **FRONT))
    apply(file_fact("/New/front.jpg", **{**FRONT, "approved": False}), later=MINUTE)

    by_mail.deliver()

    assert post.envelopes == []


def test_worker_that_dies_after_mailing_sends_the_same_mail_again(by_mail, post, monkeypatch):
    """The mail server has it, our transaction is gone: the repeat is known by its name."""
    apply(file_fact("/New/front.jpg", **FRONT))
    monkeypatch.setattr("integrations.trading_grid.mail.ExternalReference.objects.update_or_create", _die)
    by_mail.deliver()
    monkeypatch.undo()
    names = [str(mail["Message-ID"]) for mail in post.mails]

    by_mail.deliver(ahead=HOUR)

    assert [str(mail["Message-ID"]) for mail in post.mails] == names * 2
    by_mail.deliver(ahead=2 * HOUR)
    assert len(post.envelopes) == 2 * len(names)


def _die(*args, **kwargs):
    raise OSError("killed")


def test_message_that_was_mailed_is_not_mailed_again(by_mail, post):
    apply(file_fact("/New/front.jpg", **FRONT))
    by_mail.deliver()
    count = len(post.envelopes)
    OutboxMessage.objects.update(state="pending", not_before=NOON)

    by_mail.deliver()

    assert (len(post.envelopes), OutboxMessage.objects.get().state) == (count, "sent")


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ("451 try later", "pending", "does not take the mail now"),
        ("554 no spam", "parked", "refused the mail (554)"),
    ],
)
def test_mail_server_says_when_it_will(by_mail, post, answer, state, reason):
    apply(file_fact("/New/front.jpg", **FRONT))
    post.refuse = answer

    by_mail.deliver()

    message = OutboxMessage.objects.get()
    assert (message.state, reason in message.last_error) == (state, True)
    assert Connection.objects.get().failures == 0


def test_mail_server_that_is_not_there_is_waited_for(by_mail, post, settings):
    apply(file_fact("/New/front.jpg", **FRONT))
    settings.EMAIL_PORT = 1

    by_mail.deliver()

    message = OutboxMessage.objects.get()
    assert (message.state, "ConnectionRefusedError" in message.last_error) == ("pending", True)
    assert Connection.objects.get().failures == 0


def test_address_that_is_dead_does_not_keep_the_others_waiting(world, post):
    addresses = ["dead@list.example", "alive@list.example"]
    grid = Grid(world, carriers={"posts": "email"}, recipients={"*": addresses})
    grid.read()
    make_rule(grid.community(), folders=["/New"])
    post.refused_readers = {"dead@list.example": "550 no such user"}
    apply(file_fact("/New/front.jpg", **FRONT))

    grid.deliver()

    assert (readers(post), OutboxMessage.objects.get().state) == ([["alive@list.example"]], "sent")


@pytest.mark.parametrize(("answer", "state"), [("550 no such user", "parked"), ("450 greylisted", "pending")])
def test_mail_whose_every_address_is_refused_is_not_called_sent(world, post, answer, state):
    grid = Grid(world, carriers={"posts": "email"}, recipients={"*": ["dead@list.example"]})
    grid.read()
    make_rule(grid.community(), folders=["/New"])
    post.refused_readers = {"dead@list.example": answer}
    apply(file_fact("/New/front.jpg", **FRONT))

    grid.deliver()

    assert OutboxMessage.objects.get().state == state


# -- Switched off --------------------------------------------------------------------------------------------
def test_posts_that_are_off_write_no_message(world):
    grid = Grid(world, carriers={"posts": "off"})
    grid.read()
    make_rule(grid.community(), folders=["/New"])

    apply(file_fact("/New/front.jpg", **FRONT))

    assert Publication.objects.count() == 1
    assert not OutboxMessage.objects.exists()


def test_message_that_waits_when_posts_are_switched_off_is_parked_and_can_be_sent_later(grid):
    make_rule(grid.community(), folders=["/New"])
    apply(file_fact("/New/front.jpg", **FRONT))
    grid.connection.options["carriers"] = {"posts": "off"}
    grid.connection.save()

    grid.deliver()

    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error.startswith("Posts are off")) == ("parked", True)
    grid.connection.options["carriers"] = {}
    grid.connection.save()
    OutboxMessage.objects.update(state="pending")
    grid.deliver()
    assert [each["status"] for each in grid.posts()] == ["PUBLISHED"]
    assert not ExternalReference.objects.filter(resource="mail").exists()


def test_comparing_with_the_grid_leaves_out_posts_that_do_not_travel_there(by_mail, post):
    apply(file_fact("/New/front.jpg", **FRONT))
    by_mail.deliver()

    result = reconciled(by_mail.connection)

    assert (result["equal"], result["kinds"]) == (True, {})
    assert OutboxMessage.objects.count() == 1
