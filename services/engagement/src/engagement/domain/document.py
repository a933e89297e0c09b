"""Why was a document of an operator refused? File, line, field, what is wrong and what is allowed."""

from collections.abc import Sequence

from common.errors import Malformed


class DocumentInvalid(Malformed):
    """A playbook, template, contact or calendar text breaks a rule; the live version stays. `line` counts from 1."""

    code = "document_invalid"

    def __init__(self, *, file: str, line: int, field: str, message: str, allowed: Sequence[str] = ()) -> None:
        hint = f" Allowed: {', '.join(allowed)}." if allowed else ""
        super().__init__(
            f"{file}, line {line}, {field}: {message}{hint}",
            file=file,
            line=line,
            field=field,
            allowed=list(allowed),
        )
