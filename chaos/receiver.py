"""A company's message gateway that behaves badly: it drops, delays, resets after accepting, answers 500 after effect.

It remembers what took effect by webhook-id, and every body, so that nothing of what it did is left to belief.
"""

import asyncio
import json
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the test's own gateway
HOST = "127.0.0.1"
HEALTHY = {"accept": 1.0}
BAD = {"accept": 0.6, "drop": 0.1, "reset": 0.1, "error": 0.1, "late": 0.05, "busy": 0.05}
"""How often each behaviour, of all requests; `late` answers after the sender has given up."""

LATE_SECONDS = 2.0


@dataclass(kw_only=True)
class Receiver:
    """What happened at the gateway. `down`: it answers 503 to everybody, without effect."""

    behaviours: dict[str, float]
    chance: random.Random
    port: int = 0
    down: bool = False
    took_effect: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    requested_at: list[float] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    forged: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it or the behaviour ends it."""
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the end of the run, too
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requested_at.append(time.monotonic())
        if self.down:
            return await _say(writer, "503 Service Unavailable")
        self._check(headers, body)
        name = self.chance.choices(list(self.behaviours), list(self.behaviours.values()))[0]
        self.did[name] += 1
        if name in ("accept", "reset", "error", "late"):
            self.took_effect[headers["webhook-id"]] += 1
        return await self._behave(name, writer, headers["webhook-id"])

    async def _behave(self, name: str, writer: asyncio.StreamWriter, id_: str) -> bool:
        match name:
            case "drop":
                return False
            case "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            case "error":
                return await _say(writer, "500 Internal Server Error")
            case "busy":
                return await _say(writer, "429 Too Many Requests", extra="retry-after: 1\r\n")
            case "gone":
                return await _say(writer, "410 Gone")
            case "refuse":
                return await _say(writer, "422 Unprocessable Content")
            case "late":
                await asyncio.sleep(LATE_SECONDS)
                return False
        return await _say(writer, "200 OK", body=json.dumps({"id": f"gw-{id_}"}).encode())

    def _check(self, headers: dict[str, str], body: bytes) -> None:
        """Count forged signatures; one id must always carry one body."""
        try:
            Webhook(SECRET).verify(body, headers)
        except WebhookVerificationError:
            self.forged += 1
        self.bodies.setdefault(headers["webhook-id"], set()).add(body)


async def _say(writer: asyncio.StreamWriter, status: str, *, extra: str = "", body: bytes = b"") -> bool:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return True


@asynccontextmanager
async def receiving(behaviours: dict[str, float], *, seed: int = 4) -> AsyncIterator[Receiver]:
    """A gateway on a free port of loopback."""
    receiver = Receiver(behaviours=behaviours, chance=random.Random(seed))
    server = await asyncio.start_server(receiver.serve, HOST, 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
