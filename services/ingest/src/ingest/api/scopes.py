"""Which scope does each route ask for? The one table (http-api.md section 2)."""

from typing import Final

from ingest.api.segment import PATHS

SCOPES: Final = {
    "POST /v1/events": "events:write",
    "GET /v1/events": "events:write",
    "GET /v1/events/{source:path}/{event_id}": "events:write",
    **{f"POST {path}": "events:write" for path in PATHS},
    "GET /v1/customers/{customer}": "customers:read",
    "POST /v1/sources": "admin",
    "GET /v1/sources": "admin",
    "GET /v1/sources/{name}": "admin",
    "PATCH /v1/sources/{name}": "admin",
    "DELETE /v1/sources/{name}": "admin",
    "POST /v1/sources/{name}/keys": "admin",
    "DELETE /v1/keys/{key_id}": "admin",
}
PRODUCER_PATHS: Final = ("/v1/events", *PATHS)
KEYED_IN_BODY: Final = frozenset(f"POST {path}" for path in PATHS)
