"""How does a message reach a mailbox? By SMTP, with the same Message-ID on every try.

A receiver drops a repeat by its Message-ID, so a lost answer is tried again. 5xx of this recipient is for good; 4xx, a
refused login or a server that is away is tried later.
"""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from typing import Final, Literal

import aiosmtplib

from engagement.domain.delivery import Accepted, Message, Outcome, Rejected, Retry, Unknown

Tls = Literal["starttls", "tls", "none"]
_PERMANENT: Final = range(500, 600)


class SmtpDelivery:
    """The `smtp` adapter: a connection a message, so that a dead server is seen at once."""

    name = "smtp"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        tls: Tls = "starttls",
        username: str | None = None,
        password: str | None = None,
        unsubscribe: str | None = None,
        timeout_seconds: float = 10.0,
    ) -> None:
        self.endpoint = f"smtp:{host}:{port}"
        self._host, self._port, self._tls = host, port, tls
        self._username, self._password = username, password
        self._sender, self._unsubscribe = sender, unsubscribe
        self._seconds = timeout_seconds

    async def deliver(self, message: Message) -> Outcome:
        """Hand it to the server; what was in the air when the connection broke may have arrived."""
        try:
            mail = self.mail(message)
        except (ValueError, IndexError, HeaderParseError):
            return Rejected(detail="no mail can be addressed to this")
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._seconds,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            username=self._username,
            password=self._password,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            return Retry(detail=f"not connected: {type(error).__name__}")
        try:
            await client.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients[0].code, error.recipients[0].message)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Unknown(detail=f"answer lost: {type(error).__name__}")
        finally:
            client.close()
        return Accepted(id=str(mail["Message-ID"]))

    async def close(self) -> None:
        """Nothing is held open."""

    def mail(self, message: Message) -> EmailMessage:
        """The mail of an action: only its date differs from try to try."""
        domain = parseaddr(self._sender)[1].partition("@")[2] or "localhost"
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = Address(addr_spec=message.address or "")
        mail["Subject"] = message.subject
        mail["Date"] = formatdate(usegmt=True)
        mail["Message-ID"] = f"<{message.action_id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if self._unsubscribe and message.purpose != "service":
            mail["List-Unsubscribe"] = f"<{self._unsubscribe}>"
        mail.set_content(message.text)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        mail["Content-Language"] = message.language  # after the parts: making them moves such headers into them
        return mail


def _refused(code: int, text: str) -> Outcome:
    detail = f"SMTP {code}: {text}"[:300]
    return Rejected(detail=detail) if code in _PERMANENT else Retry(detail=detail)
