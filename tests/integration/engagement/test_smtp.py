"""Does a mail server get the mail, the same one on every try, and is its answer understood?"""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.support.messages import message
from tests.support.web import free_port

from engagement.domain.delivery import Accepted, Outcome, Rejected, Retry, Unknown
from engagement.store.delivery_smtp import SmtpDelivery


class Mailbox:
    """A server's handler: what it answers, and the mails it took."""

    def __init__(self) -> None:
        self.to_recipient = "250 OK"
        self.to_data = "250 OK"
        self.hangs_up = False
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.hangs_up:
            assert server.transport is not None
            server.transport.close()
        return self.to_data


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


def adapter(port: int, unsubscribe: str | None = None) -> SmtpDelivery:
    return SmtpDelivery(
        "127.0.0.1",
        port,
        sender="Lotus <care@lotus.example>",
        tls="none",
        unsubscribe=unsubscribe,
        timeout_seconds=2.0,
    )


async def test_a_mail_arrives_with_its_subject_text_and_html(mailbox: Mailbox, port: int) -> None:
    outcome = await adapter(port, "mailto:stop@lotus.example").deliver(message(html="<p>您好！</p>"))
    assert outcome == Accepted(id="<act_9@lotus.example>")
    [mail] = mailbox.mails
    assert (mail["Subject"], mail["To"], mail["Content-Language"]) == ("好久不见", "ann@example.com", "zh")
    assert mail["List-Unsubscribe"] == "<mailto:stop@lotus.example>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert (plain.get_content().strip(), html.get_content().strip()) == ("您好！", "<p>您好！</p>")


async def test_every_try_is_the_same_mail_to_the_receiver(mailbox: Mailbox, port: int) -> None:
    for _ in range(3):
        await adapter(port).deliver(message())
    assert [mail["Message-ID"] for mail in mailbox.mails] == ["<act_9@lotus.example>"] * 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("550 no such user", Rejected), ("552 too large", Rejected), ("451 try later", Retry), ("452 full", Retry)],
)
async def test_an_answer_to_the_recipient_is_for_good_or_for_now(
    mailbox: Mailbox, port: int, answer: str, kind: type[Outcome]
) -> None:
    mailbox.to_recipient = answer
    assert isinstance(await adapter(port).deliver(message()), kind)
    assert mailbox.mails == []


async def test_an_answer_to_the_mail_is_for_good_or_for_now(mailbox: Mailbox, port: int) -> None:
    for answer, kind in (("554 spam", Rejected), ("421 closing", Retry)):
        mailbox.to_data = answer
        assert isinstance(await adapter(port).deliver(message()), kind)


async def test_a_server_that_hangs_up_after_the_mail_leaves_the_outcome_unknown(mailbox: Mailbox, port: int) -> None:
    mailbox.hangs_up = True
    assert isinstance(await adapter(port).deliver(message()), Unknown)
    assert len(mailbox.mails) == 1


async def test_a_server_that_is_away_has_not_taken_it() -> None:
    assert isinstance(await adapter(free_port()).deliver(message()), Retry)


@pytest.mark.parametrize("address", [None, "", "ann", "ann@example.com\r\nBcc: bob@example.com", "a@b, c@d"])
async def test_what_is_no_single_address_is_never_written_to(mailbox: Mailbox, port: int, address: str | None) -> None:
    assert isinstance(await adapter(port).deliver(message(address=address)), Rejected)
    assert mailbox.mails == []
