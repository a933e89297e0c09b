"""What does the API's description say beyond what FastAPI writes? Keys, scopes, problems, Idempotency-Key, licence."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from common.http.problems import MEDIA_TYPE, Problem
from common.http.route_guard import PUBLIC

Document = dict[str, Any]

_SCHEMES: Final[Document] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key: gx_..."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The same key in a header."},
}
_KEYED: Final = {
    "401": "No key, or one that nobody knows",
    "403": "The key lacks the scope",
    "429": "Too many requests of this key; see Retry-After",
}
_ALWAYS: Final = {"422": "Malformed", "503": "Something needed is down; see Retry-After", "default": "Refused"}
_BODY: Final = {"413": "The body is larger than 4 MiB, or 20 MiB inflated", "415": "Compressed, but not with gzip"}
_IDEMPOTENCY_KEY: Final[Document] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "Send the same key with a repeat: it gets the first answer and has no second effect.",
}


def describe(app: FastAPI, scopes: Mapping[str, str], idempotent: Collection[str]) -> Callable[[], Document]:
    """A replacement for `app.openapi` that adds what every route has in common."""
    original = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            _complete(original(), scopes, idempotent)
        return app.openapi_schema or {}

    return openapi


def _complete(document: Document, scopes: Mapping[str, str], idempotent: Collection[str]) -> None:
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SCHEMES
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, described = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas.update(described["$defs"])
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            _complete_operation(operation, scopes.get(name, PUBLIC), has_body="requestBody" in operation)
            if name in idempotent:
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
                operation["responses"].setdefault("409", _problem("Another request contradicts this one"))


def _complete_operation(operation: Document, scope: str, *, has_body: bool) -> None:
    if scope == PUBLIC:
        operation["security"] = []
    else:
        operation["security"] = [{"bearer": []}, {"apiKey": []}]
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`.".strip()
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    for status, meaning in (_ALWAYS | (_KEYED if scope != PUBLIC else {}) | (_BODY if has_body else {})).items():
        responses.setdefault(status, _problem(meaning))


def _problem(meaning: str) -> Document:
    return {"description": meaning, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
