"""Which scope must a key have for which route?"""

from typing import Final

SCOPES: Final = {"GET /v1/customers/{customer}": "care:read"}
