"""How are prepared requests sent as fast as a server takes them? Keep-alive connections and no HTTP library."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a load saw: seconds from first to last, and each request's latency."""

    seconds: float
    latencies: list[float]


def request_bytes(path: str, body: bytes, *, key: str) -> bytes:
    """One POST as it stands on the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send_all(port: int, requests: Sequence[bytes], *, connections: int) -> Load:
    """Send every request once; AssertionError on any answer but 200."""
    waiting = iter(requests)
    latencies: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_send_one_after_another(port, waiting, latencies) for _ in range(connections)))
    return Load(seconds=time.perf_counter() - started, latencies=latencies)


async def _send_one_after_another(port: int, waiting: Iterator[bytes], latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for request in waiting:  # one iterator, shared by all connections
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            assert head.startswith(b"HTTP/1.1 200"), (head, body)
            latencies.append(time.perf_counter() - began)
    finally:
        writer.close()
