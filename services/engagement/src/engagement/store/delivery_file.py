"""How does a message go out on one machine? As a line of JSON and as a text to read, under the outbox folder.

OUTBOX/messages.jsonl has a line a delivery, OUTBOX/CHANNEL/act_9.txt the text (act_9.html beside it). A repeat writes
the same text again, and another line with the same `action_id`.
"""

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import Final

from msgspec import json

from engagement.domain.delivery import Accepted, Message, Outcome, Retry

LINES: Final = "messages.jsonl"


class FileDelivery:
    """The `file` adapter: the local default of every channel."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self.endpoint = f"file:{folder}"
        self._folder = folder

    async def deliver(self, message: Message) -> Outcome:
        """Write it; a full or absent disk is tried again."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            return Retry(detail=f"{type(error).__name__}: {error.strerror}")
        return Accepted(id=f"{message.channel}/{message.action_id}")

    async def close(self) -> None:
        """Nothing is held open."""

    def _write(self, message: Message) -> None:
        folder = self._folder / message.channel
        folder.mkdir(parents=True, exist_ok=True)
        head = f"To: {message.address or message.customer}\nSubject: {message.subject}\n\n"
        (folder / f"{message.action_id}.txt").write_text(f"{head}{message.text}\n", "utf-8")
        if message.html is not None:
            (folder / f"{message.action_id}.html").write_text(message.html, "utf-8")
        line = json.encode(asdict(message)) + b"\n"
        file = os.open(self._folder / LINES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line)  # one write at the end of the file: lines of several workers do not mix
        finally:
            os.close(file)
