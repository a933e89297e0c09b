"""How does a message reach the company's own gateway? As a Standard Webhook, the same webhook-id on every try.

What the answer means: 2xx has it; 410 is gone and disables the channel; 429 and 503 with Retry-After have not taken it;
another 4xx, or a redirect, will never take it; 5xx, a reset or no answer may have taken it.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_network
from typing import Any, Final

import httpx
from msgspec import DecodeError, json
from ssrfguard import Policy, SSRFGuardError
from ssrfguard.httpx import AsyncClient
from standardwebhooks import Webhook

from engagement.domain.delivery import Accepted, Message, Outcome, Rejected, Retry, Unknown

MOST_ANSWER_BYTES: Final = 64 * 1024
TYPE: Final = "care.message"
OPT_OUT: Final = {"zh": "拒收请回复R", "en": "Reply R to opt out"}
LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
NOT_TAKEN: Final = frozenset({408, 425, 429})


class WebhookDelivery:
    """The `webhook` adapter of one channel."""

    name = "webhook"

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        allow_http: bool = False,
        allow_loopback: bool = False,
        timeout_seconds: float = 10.0,
        connections: int = 64,
    ) -> None:
        self.endpoint = url
        self._seconds = timeout_seconds
        self._signer = Webhook(secret)
        self._client = AsyncClient(
            policy=_policy(url, allow_http=allow_http, allow_loopback=allow_loopback),
            timeout=httpx.Timeout(timeout_seconds),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
            trust_env=False,
        )

    async def deliver(self, message: Message) -> Outcome:
        """Post it once; the whole exchange has one deadline."""
        body = json.encode(_payload(message)).decode()
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "user-agent": "guanxi-engagement",
            "accept-encoding": "identity",
            "webhook-id": message.action_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(msg_id=message.action_id, timestamp=now, data=body),
        }
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(body, headers, message.action_id)
        except (SSRFGuardError, httpx.InvalidURL) as error:
            return Rejected(detail=f"target refused: {error}"[:300])
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Retry(detail=f"not connected: {type(error).__name__}")
        except (httpx.TransportError, TimeoutError) as error:
            return Unknown(detail=f"answer lost: {type(error).__name__}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, body: str, headers: Mapping[str, str], id_: str) -> Outcome:
        async with self._client.stream("POST", self.endpoint, content=body, headers=headers) as answer:
            if answer.is_success:
                return Accepted(id=_accepted_id(await _first_bytes(answer)) or id_)
            return _refusal(answer.status_code, _retry_after(answer.headers.get("retry-after")))


def _policy(url: str, *, allow_http: bool, allow_loopback: bool) -> Policy:
    """https on 443 only, every resolved address checked; plain http, other ports and loopback by explicit setting."""
    ports = {443, 80} if allow_http else {443}
    if allow_loopback and (port := httpx.URL(url).port):
        ports.add(port)
    return Policy(
        allowed_schemes=frozenset({"http", "https"} if allow_http else {"https"}),
        allowed_ports=frozenset(ports),
        allowed_networks=LOOPBACK if allow_loopback else (),
    )


def _payload(message: Message) -> dict[str, Any]:
    text = message.text
    if message.channel == "sms":
        text = f"{text} {OPT_OUT.get(message.language, OPT_OUT['en'])}"
    data = {
        "action_id": message.action_id,
        "customer": message.customer,
        "channel": message.channel,
        "address": message.address,
        "purpose": message.purpose,
        "language": message.language,
        "template": message.template,
        "subject": message.subject,
        "text": text,
        "html": message.html,
    }
    return {"type": TYPE, "data": data}


async def _first_bytes(answer: httpx.Response) -> bytes:
    """The answer's body, but never more than the cap."""
    read = bytearray()
    async for piece in answer.aiter_raw(8192):
        read += piece
        if len(read) > MOST_ANSWER_BYTES:
            return b""
    return bytes(read)


def _accepted_id(body: bytes) -> str | None:
    """The gateway's own id, when it answers `{"id": "..."}`."""
    try:
        told = json.decode(body)
    except (DecodeError, UnicodeDecodeError):
        return None
    named = told.get("id") if isinstance(told, dict) else None
    return str(named)[:128] if isinstance(named, (str, int)) else None


def _refusal(status: int, after: timedelta | None) -> Outcome:
    detail = f"HTTP {status}"
    if status == 410:
        return Rejected(detail=detail, disables=True)
    if status in NOT_TAKEN or (status == 503 and after is not None):
        return Retry(detail=detail, after=after)
    if status >= 500:
        return Unknown(detail=detail, after=after)
    return Rejected(detail=detail)


def _retry_after(told: str | None) -> timedelta | None:
    """Seconds or an HTTP date; anything else is as if it were not there."""
    if told is None:
        return None
    if told.strip().isdigit():
        return timedelta(seconds=min(int(told.strip()[:9]), 7 * 86_400))
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(timedelta(), (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC))
