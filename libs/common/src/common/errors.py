"""Which ways can a request or an event be refused? One class a way; only `common.http` knows status codes.

A domain error derives from one of the categories, is named for the fact and sets `code`.
"""

from typing import Any, ClassVar


class AppError(Exception):
    """A refusal that somebody can act on: `code` for programs, `message` for people, `data` for both."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, /, *, code: str | None = None, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.reason = code or self.code
        self.data = data


class Malformed(AppError):
    """The request or the event breaks a rule of form."""

    code = "malformed"


class Unauthenticated(AppError):
    """No key, or a key that nobody knows."""

    code = "unauthenticated"


class Forbidden(AppError):
    """The key lacks the scope."""

    code = "forbidden"


class Absent(AppError):
    """There is no such thing."""

    code = "not_found"


class Gone(AppError):
    """There was such a thing, and it was deleted for good."""

    code = "gone"


class Conflict(AppError):
    """The request contradicts what is already stored."""

    code = "conflict"


class TooLarge(AppError):
    """More bytes than the limit."""

    code = "too_large"


class TooMany(AppError):
    """More requests than the key may send; `retry_after` in seconds."""

    code = "too_many_requests"

    def __init__(self, message: str, /, *, retry_after: int, code: str | None = None, **data: Any) -> None:
        super().__init__(message, code=code, **data)
        self.retry_after = retry_after


class Unavailable(AppError):
    """Something that the request needs is down; `retry_after` in seconds."""

    code = "unavailable"

    def __init__(self, message: str, /, *, retry_after: int = 1, code: str | None = None, **data: Any) -> None:
        super().__init__(message, code=code, **data)
        self.retry_after = retry_after
