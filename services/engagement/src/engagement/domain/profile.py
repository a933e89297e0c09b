"""Which fields of a profile does an event tell? Fields not told stay, null deletes (events.md section 3).

`{"name": "Ann", "birthday": null}` tells the name and deletes the birthday.
"""

from typing import Any

from msgspec import UNSET, convert
from msgspec.structs import asdict

from common.contracts.interactions import Profile


def told_fields(profile: Any) -> dict[str, Any]:
    """Field name -> value (None: to be deleted) of `data.profile`; msgspec.ValidationError when it is no profile."""
    return {field: value for field, value in asdict(convert(profile, Profile)).items() if value is not UNSET}
