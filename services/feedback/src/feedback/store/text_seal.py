"""How does free text lie in the database? Sealed with AES-256-GCM, under a key that the database does not hold.

A sealed text is: id of the key (8 bytes), nonce (12 bytes), ciphertext with its tag. The name of its row is
authenticated with it, so a text that was moved to another row does not open.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.errors import Absent, Malformed, Unavailable

SHORTEST_KEY: Final = 32

_KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HEAD_BYTES: Final = _KEY_ID_BYTES + _NONCE_BYTES


class NoTextKey(Absent):
    """The file with the text keys cannot be read."""

    code = "no_text_key"


class TextKeyWeak(Malformed):
    """A line of the text key file is too short."""

    code = "weak_text_key"


class TextUnreadable(Unavailable):
    """The key of a sealed text is gone, or the text is not what was sealed for this row."""

    code = "text_unreadable"


class TextSeal:
    """Seals and opens. The file has a key a line: the first seals, all of them open."""

    def __init__(self, lines: list[str]) -> None:
        if not lines or any(len(line) < SHORTEST_KEY for line in lines):
            raise TextKeyWeak(f"Each text key needs at least {SHORTEST_KEY} characters: `openssl rand -hex 32`.")
        keys = [hashlib.sha256(b"guanxi.text\n" + line.encode()).digest() for line in lines]
        self._ciphers = {_id_of(key): AESGCM(key) for key in keys}
        self._first = _id_of(keys[0])

    @classmethod
    def load(cls, path: Path) -> "TextSeal":
        """Raises NoTextKey or TextKeyWeak."""
        try:
            return cls(path.read_text().split())
        except OSError as error:
            raise NoTextKey(
                f"The text key {path} cannot be read ({error.strerror}): set GUANXI_TEXT_KEY_FILE to the key that "
                "sealed the texts that are stored, or make a new one with `openssl rand -hex 32`."
            ) from error

    def seal(self, plain: bytes, row: str) -> bytes:
        """What may be stored in a row, named such as `case_note/7`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._first + nonce + self._ciphers[self._first].encrypt(nonce, plain, row.encode())

    def open(self, sealed: bytes, row: str) -> bytes:
        """What was sealed for the row. Raises TextUnreadable."""
        cipher = self._ciphers.get(sealed[:_KEY_ID_BYTES])
        if cipher is None:
            raise TextUnreadable("The key that sealed this text is not in GUANXI_TEXT_KEY_FILE: put its line back.")
        try:
            return cipher.decrypt(sealed[_KEY_ID_BYTES:_HEAD_BYTES], sealed[_HEAD_BYTES:], row.encode())
        except InvalidTag as error:
            raise TextUnreadable("A sealed text was changed in the database, or belongs to another row.") from error


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_KEY_ID_BYTES]
