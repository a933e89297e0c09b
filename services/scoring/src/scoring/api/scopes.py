"""Which scope does each route ask for?"""

from typing import Final

READ: Final = "customers:read"
POLICIES: Final = "policies:write"

SCOPES: Final = {
    "GET /v1/customers": READ,
    "GET /v1/customers/{customer}": READ,
    "GET /v1/customers/{customer}/explain": READ,
    "GET /v1/customers/{customer}/explain-diff": READ,
    "GET /v1/customers/{customer}/history": READ,
    "GET /v1/customers/{customer}/transitions": READ,
    "GET /v1/customers/{customer}/timeline": READ,
    "POST /v1/customers/batch-get": READ,
    "POST /v1/scores/preview": READ,
    "GET /v1/reports/segments": READ,
    "GET /v1/reports/tiers": READ,
    "GET /v1/reports/stages": READ,
    "GET /v1/reports/lifecycle-matrix": READ,
    "GET /v1/reports/tier-flow": READ,
    "GET /v1/reports/stage-flow": READ,
    "GET /v1/reports/pareto": READ,
    "GET /v1/reports/retention": READ,
    "GET /v1/reports/recency": READ,
    "GET /v1/reports/word-of-mouth": READ,
    "GET /v1/reports/care-cost": READ,
    "POST /v1/reports/base-count": POLICIES,
    "GET /v1/policies": READ,
    "GET /v1/policies/{version}": READ,
    "POST /v1/policies": POLICIES,
    "POST /v1/policies/test": POLICIES,
    "POST /v1/policies/{version}/test": POLICIES,
    "POST /v1/policies/{version}/what-if": POLICIES,
    "POST /v1/policies/{version}/publish": POLICIES,
    "GET /v1/thresholds": READ,
    "GET /v1/thresholds/{version}": READ,
    "POST /v1/thresholds": POLICIES,
    "GET /v1/quality": READ,
    "POST /v1/quality": POLICIES,
    "GET /v1/jobs": READ,
    "GET /v1/jobs/{id}": READ,
    "POST /v1/jobs/{id}/cancel": POLICIES,
    "GET /v1/audit": "admin",
    "GET /v1/events": READ,
    "GET /v1/events/{source:path}/{id}": READ,
}
