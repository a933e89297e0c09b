"""Does a gateway get what it can trust, is every answer understood, and is nobody inside reached?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from chaos.receiver import SECRET
from msgspec import json
from standardwebhooks import Webhook
from tests.support.messages import message
from tests.support.web import free_port

from engagement.domain.delivery import Accepted, Outcome, Rejected, Retry, Unknown
from engagement.store.delivery_webhook import MOST_ANSWER_BYTES, WebhookDelivery


@dataclass
class Gateway:
    """Answers every request with the same bytes, and keeps what came."""

    answer: bytes
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = [line.partition(":") for line in head.split("\r\n")[1:]]
            headers = {name.lower(): value.strip() for name, _, value in lines}
            self.requests.append((headers, await reader.readexactly(int(headers["content-length"]))))
            writer.write(self.answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def gateway(answer: bytes) -> AsyncIterator[Gateway]:
    served = Gateway(answer)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()


def status(line: str, *headers: str, body: bytes = b"") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {line}", f"content-length: {len(body)}", "connection: close", *headers])
    return f"{head}\r\n\r\n".encode() + body


async def deliver(port: int, *, url: str = "", allow_loopback: bool = True, **other: Any) -> Outcome:
    target = url or f"http://127.0.0.1:{port}/care"
    adapter = WebhookDelivery(target, SECRET, allow_http=True, allow_loopback=allow_loopback, timeout_seconds=1.0)
    try:
        return await adapter.deliver(message(**other))
    finally:
        await adapter.close()


async def test_a_gateway_gets_a_signed_message_with_the_actions_id() -> None:
    async with gateway(status("200 OK", body=b'{"id": "gw-1"}')) as served:
        assert await deliver(served.port) == Accepted(id="gw-1")
    [(headers, body)] = served.requests
    assert headers["webhook-id"] == "act_9"
    told = Webhook(SECRET).verify(body, headers)
    assert told["type"] == "care.message"
    assert (told["data"]["address"], told["data"]["text"]) == ("ann@example.com", "您好！")


@pytest.mark.parametrize(("language", "text"), [("zh", "您好！ 拒收请回复R"), ("en", "您好！ Reply R to opt out")])
async def test_a_text_message_says_how_to_opt_out(language: str, text: str) -> None:
    async with gateway(status("204 No Content")) as served:
        assert await deliver(served.port, channel="sms", language=language) == Accepted(id="act_9")
    assert json.decode(served.requests[0][1])["data"]["text"] == text


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("400 Bad Request", Rejected(detail="HTTP 400")),
        ("401 Unauthorized", Rejected(detail="HTTP 401")),
        ("404 Not Found", Rejected(detail="HTTP 404")),
        ("410 Gone", Rejected(detail="HTTP 410", disables=True)),
        ("422 Unprocessable", Rejected(detail="HTTP 422")),
        ("408 Request Timeout", Retry(detail="HTTP 408")),
        ("429 Too Many Requests", Retry(detail="HTTP 429")),
        ("500 Internal Server Error", Unknown(detail="HTTP 500")),
        ("502 Bad Gateway", Unknown(detail="HTTP 502")),
        ("503 Service Unavailable", Unknown(detail="HTTP 503")),
    ],
)
async def test_each_answer_says_whether_to_try_again(line: str, outcome: Outcome) -> None:
    async with gateway(status(line)) as served:
        assert await deliver(served.port) == outcome


async def test_the_receivers_own_delay_is_read_as_seconds_or_as_a_date() -> None:
    async with gateway(status("503 Service Unavailable", "retry-after: 90")) as served:
        assert await deliver(served.port) == Retry(detail="HTTP 503", after=timedelta(seconds=90))
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    async with gateway(status("429 Too Many Requests", f"retry-after: {date}")) as served:
        outcome = await deliver(served.port)
    assert isinstance(outcome, Retry)
    assert outcome.after is not None
    assert timedelta(minutes=4) < outcome.after <= timedelta(minutes=5)
    async with gateway(status("429 Too Many Requests", "retry-after: soon")) as served:
        assert await deliver(served.port) == Retry(detail="HTTP 429")


async def test_a_redirect_is_not_followed() -> None:
    async with gateway(status("200 OK")) as inside:
        location = f"location: http://127.0.0.1:{inside.port}/secret"
        async with gateway(status("307 Temporary Redirect", location)) as served:
            assert isinstance(await deliver(served.port), Rejected)
    assert inside.requests == []


@pytest.mark.parametrize("body", [b"x" * (MOST_ANSWER_BYTES + 10), b"\xff\xfe", b"[1]", b'{"id": {}}'])
async def test_an_answer_that_is_too_large_or_strange_is_still_an_acceptance(body: bytes) -> None:
    async with gateway(status("200 OK", body=body)) as served:
        assert await deliver(served.port) == Accepted(id="act_9")


async def test_nobody_at_the_port_has_certainly_not_taken_it() -> None:
    outcome = await deliver(free_port())
    assert isinstance(outcome, Retry)


async def ends_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def trickles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(100):
        writer.write(b"x")
        try:
            await writer.drain()
        except ConnectionError:
            break
        await asyncio.sleep(0.1)
    writer.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.parametrize("serve", [ends_at_once, never_answers, trickles])
async def test_an_answer_that_is_lost_or_late_leaves_the_outcome_unknown(serve: Serve) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with asyncio.timeout(5):
            assert isinstance(await deliver(server.sockets[0].getsockname()[1]), Unknown)
    finally:
        server.close()


INSIDE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://①②⑦.0.0.1/",
    "http://user@127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fd00::1]/",
]


@pytest.mark.parametrize("spelled", INSIDE)
async def test_an_address_inside_is_not_reached_however_it_is_spelled(spelled: str) -> None:
    async with gateway(status("200 OK")) as served:
        outcome = await deliver(served.port, url=spelled, allow_loopback=False)
    assert isinstance(outcome, Rejected)
    assert served.requests == []


async def test_plain_http_needs_its_own_setting() -> None:
    adapter = WebhookDelivery("http://gateway.example/care", SECRET)
    assert isinstance(await adapter.deliver(message()), Rejected)
    await adapter.close()
