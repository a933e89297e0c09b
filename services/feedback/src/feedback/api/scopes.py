"""Which scope must a key have for which route?"""

from typing import Final

from common.http.app import PUBLIC

SCOPES: Final = {
    "GET /v1/customers/{customer}": "feedback:read",
    "GET /s/{token}": PUBLIC,
    "POST /s/{token}": PUBLIC,
    "GET /v1/surveys": "feedback:read",
    "POST /v1/surveys": "policies:write",
    "GET /v1/surveys/{survey}": "feedback:read",
    "PATCH /v1/surveys/{survey}": "policies:write",
    "GET /v1/surveys/{survey}/invitations": "feedback:read",
    "POST /v1/surveys/{survey}/invitations": "feedback:write",
    "GET /v1/answers": "feedback:read",
    "POST /v1/answers": "feedback:write",
    "GET /v1/cases": "feedback:read",
    "POST /v1/cases": "feedback:write",
    "GET /v1/cases/{case}": "feedback:read",
    "PATCH /v1/cases/{case}": "feedback:write",
    "POST /v1/cases/{case}/assign": "feedback:write",
    "POST /v1/cases/{case}/note": "feedback:write",
    "POST /v1/cases/{case}/contacted": "feedback:write",
    "POST /v1/cases/{case}/resolve": "feedback:write",
    "POST /v1/cases/{case}/reopen": "feedback:write",
    "GET /v1/surveys/{survey}/report": "feedback:read",
    "GET /v1/reports/touchpoints": "feedback:read",
    "GET /v1/reports/pain-points": "feedback:read",
    "GET /v1/reports/expectation-gap": "feedback:read",
    "GET /v1/reports/loop": "feedback:read",
    "GET /v1/reports/{kind}": "feedback:read",
}
