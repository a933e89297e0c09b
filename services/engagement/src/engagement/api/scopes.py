"""Which scope must a key have for which route?"""

from typing import Final

SCOPES: Final = {
    "GET /v1/customers/{customer}": "care:read",
    "GET /v1/customers/{customer}/care": "care:read",
    "GET /v1/actions": "care:read",
    "GET /v1/actions/{id}": "care:read",
    "POST /v1/actions": "care:write",
    "POST /v1/actions/{id}/cancel": "care:write",
    "POST /v1/actions/{id}/outcome": "care:write",
    "GET /v1/templates": "care:read",
    "GET /v1/templates/{language}/{name}": "care:read",
    "POST /v1/templates": "policies:write",
    "PATCH /v1/templates/{language}/{name}": "policies:write",
    "GET /v1/channels": "care:read",
    "GET /v1/channels/{name}": "care:read",
    "POST /v1/channels": "policies:write",
    "PATCH /v1/channels/{name}": "policies:write",
    "GET /v1/playbooks": "care:read",
    "GET /v1/playbooks/{name}": "care:read",
    "PUT /v1/playbooks/{name}": "policies:write",
    "POST /v1/playbooks/{name}/dry-run": "care:read",
    "POST /v1/playbooks/forecast": "care:read",
    "GET /v1/reports/care": "care:read",
    "GET /v1/tasks": "care:read",
    "GET /v1/tasks/{id}": "care:read",
    "POST /v1/tasks/{id}/claim": "care:write",
    "POST /v1/tasks/{id}/complete": "care:write",
    "POST /v1/tasks/{id}/reassign": "care:write",
}
