"""Who may answer? Whoever holds the link: its token is signed, expires with the survey and holds nothing personal.

token = base64url(16 bytes, expiry in seconds) + signature. The 16 bytes are HMAC(newest key, random seed): the
database keeps the seed and a hash of the token, so neither it nor the key alone gives a link away.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from itsdangerous import BadData, BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from common.errors import Absent, Malformed

SEED_BYTES: Final = 16
SHORTEST_KEY: Final = 32

_SALT: Final = b"guanxi.survey"
_EXPIRY_BYTES: Final = 6
_LONGEST_TOKEN: Final = 200


class NoSurveyKey(Absent):
    """The file with the survey key cannot be read."""

    code = "no_survey_key"


class SurveyKeyWeak(Malformed):
    """A line of the survey key file is too short."""

    code = "weak_survey_key"


class UnknownToken(Absent):
    """Nobody gave out this token."""

    code = "unknown_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadToken:
    """What a genuine token says."""

    hash: bytes
    expires_at: datetime


class SurveyTokens:
    """Makes and reads tokens. The file has a key a line: the last one signs, the older ones are still accepted."""

    def __init__(self, keys: list[str]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise SurveyKeyWeak(f"Each survey key needs at least {SHORTEST_KEY} characters: `openssl rand -hex 32`.")
        self._keys = keys
        self._signer = _signer(keys)

    @classmethod
    def load(cls, path: Path) -> "SurveyTokens":
        """Raises NoSurveyKey or SurveyKeyWeak."""
        try:
            return cls(path.read_text().split())
        except OSError as error:
            raise NoSurveyKey(
                f"The survey key {path} cannot be read ({error.strerror}): set GUANXI_SURVEY_KEY_FILE to the key that "
                "signed the links that were sent, or make a new one with `openssl rand -hex 32`."
            ) from error

    def make(self, seed: bytes, expires_at: datetime) -> str:
        """The token of a new request."""
        return _make(self._keys[-1], seed, expires_at)

    def remake(self, seed: bytes, expires_at: datetime, known_hash: bytes) -> str:
        """The token that was given out before, maybe by an older key. Raises UnknownToken when that key is gone."""
        for key in reversed(self._keys):
            token = _make(key, seed, expires_at)
            if hmac.compare_digest(hash_token(token), known_hash):
                return token
        raise UnknownToken("The key that signed this link is gone.")

    def read(self, token: str) -> ReadToken:
        """Raises UnknownToken unless a key of ours signed it."""
        try:
            if len(token) > _LONGEST_TOKEN or not token.isascii():
                raise BadSignature("no token")
            if not _is_canonical(token.rpartition(".")[2]):
                raise BadSignature("another spelling of a signature")
            value = self._signer.unsign(token)
            payload = urlsafe_b64decode(value + b"=" * (-len(value) % 4))
        except (BadData, ValueError) as error:
            raise UnknownToken("Nobody gave out this link.") from error
        seconds = int.from_bytes(payload[SEED_BYTES:], "big")
        return ReadToken(hash=hash_token(token), expires_at=datetime.fromtimestamp(seconds, UTC))


def _signer(keys: list[str]) -> Signer:
    return Signer(keys, salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)


def _is_canonical(signature: str) -> bool:
    """The last character has two bits to spare: one signature, one spelling."""
    return base64_encode(base64_decode(signature)).decode() == signature


def _make(key: str, seed: bytes, expires_at: datetime) -> str:
    secret = hmac.digest(key.encode(), _SALT + seed, "sha256")[:SEED_BYTES]
    expiry = int(expires_at.timestamp()).to_bytes(_EXPIRY_BYTES, "big")
    return _signer([key]).sign(urlsafe_b64encode(secret + expiry).rstrip(b"=")).decode()


def hash_token(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
