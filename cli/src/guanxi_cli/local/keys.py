"""Which secrets has a home: keys of ids, survey links and texts, service keys (hashed in keys.yaml), credentials?"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import yaml

from guanxi_cli.local.home import Home, write_whole
from guanxi_cli.local.ports import SERVICES
from guanxi_cli.local.problem import Problem

SCOPES = (
    "events:write",
    "customers:read",
    "customers:write",
    "policies:write",
    "care:read",
    "care:write",
    "feedback:read",
    "feedback:write",
    "privacy:write",
    "admin",
)
OWN = {"admin": "admin_key from credentials.json", "ingest-to-scoring": "the file scoring.key"}
"""Keys that `make_secrets` keeps, and what to delete so that it makes another."""
SOURCE = "demo"


def make_secrets(home: Home) -> None:
    """Make what is missing; what is there stays."""
    for name in ("identity.key", "survey.key", "text.key"):
        if not (home.folder / name).exists():
            write_whole(home.folder / name, secrets.token_hex(32))
    scoring = home.folder / "scoring.key"
    if not scoring.exists():
        write_whole(scoring, new_key())
    admin = read_credentials(home).get("admin_key") or new_key()
    add_key(home, name="ingest-to-scoring", key=scoring.read_text(), scopes=["customers:read"])
    add_key(home, name="admin", key=admin, scopes=SCOPES)
    write_credentials(home, admin_key=admin)


def new_key() -> str:
    """`gx_` and 256 random bits in 43 characters."""
    return f"gx_{secrets.token_urlsafe(32)}"


def add_key(
    home: Home, *, name: str, key: str, scopes: Sequence[str], expires_at: datetime | None = None, again: bool = True
) -> None:
    """Add a service key to keys.yaml, in place of the one of that name when `again`, else a Problem."""
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise Problem(f"no such scope: {', '.join(unknown)}; there are {', '.join(SCOPES)}")
    keys = read_keys(home)
    if not again and any(other["name"] == name for other in keys):
        raise Problem(
            f"a key named {name} exists already: choose another name, or end that one with guanxi keys revoke {name}"
        )
    entry: dict[str, Any] = {
        "name": name,
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "scopes": list(scopes),
    }
    if expires_at:
        entry["expires_at"] = expires_at.isoformat()
    others = [other for other in keys if other["name"] != name]
    if entry not in keys:
        write_whole(home.folder / "keys.yaml", yaml.safe_dump([*others, entry], sort_keys=False))


def remove_key(home: Home, name: str) -> None:
    """Take a service key out of keys.yaml, which every service reads again when it changes."""
    if name in OWN:
        raise Problem(f"{name} is the system's own key: to change it, delete {OWN[name]} and run guanxi up")
    keys = read_keys(home)
    others = [key for key in keys if key["name"] != name]
    if len(others) == len(keys):
        known = ", ".join(key["name"] for key in keys) or "none"
        raise Problem(f"no key named {name}; there are: {known}")
    write_whole(home.folder / "keys.yaml", yaml.safe_dump(others, sort_keys=False))


def read_keys(home: Home) -> list[dict[str, Any]]:
    try:
        return yaml.safe_load((home.folder / "keys.yaml").read_text()) or []
    except FileNotFoundError:
        return []


def read_credentials(home: Home) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((home.folder / "credentials.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def write_credentials(home: Home, **changes: str) -> None:
    """The shape is a contract; write_key is there once ingest has made one."""
    urls = {service: home.url(service) for service in SERVICES}
    credentials = {**read_credentials(home), "urls": urls, "source": SOURCE, **changes}
    order = [name for name in ("urls", "admin_key", "write_key", "source") if name in credentials]
    text = json.dumps({name: credentials[name] for name in order}, indent=2)
    write_whole(home.folder / "credentials.json", f"{text}\n")
