"""What stands in keys.yaml, credentials.json and the key files?"""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from guanxi_cli.local.home import Home
from guanxi_cli.local.keys import SCOPES, add_key, make_secrets, new_key, read_credentials, write_credentials
from guanxi_cli.local.problem import Problem


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(folder=tmp_path / "home", port_base=9000)
    home.make()
    return home


def keys_in(home: Home) -> dict[str, dict[str, object]]:
    return {key["name"]: key for key in yaml.safe_load((home.folder / "keys.yaml").read_text())}


def test_a_key_is_gx_and_43_url_safe_characters() -> None:
    assert re.fullmatch(r"gx_[A-Za-z0-9_-]{43}", new_key())
    assert new_key() != new_key()


def test_the_keys_file_has_hashes_and_scopes_and_never_a_key(home: Home) -> None:
    key = new_key()
    add_key(home, name="crm", key=key, scopes=["customers:read"], expires_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert keys_in(home)["crm"] == {
        "name": "crm",
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "scopes": ["customers:read"],
        "expires_at": "2027-01-01T00:00:00+00:00",
    }
    assert key not in (home.folder / "keys.yaml").read_text()


def test_an_unknown_scope_is_refused_by_name(home: Home) -> None:
    with pytest.raises(Problem, match="no such scope: customers:reed"):
        add_key(home, name="crm", key=new_key(), scopes=["customers:reed"])


def test_a_name_is_taken_once(home: Home) -> None:
    add_key(home, name="crm", key=new_key(), scopes=["admin"], again=False)
    with pytest.raises(Problem, match="crm exists already"):
        add_key(home, name="crm", key=new_key(), scopes=["admin"], again=False)


def test_the_secrets_are_readable_by_their_owner_alone(home: Home) -> None:
    make_secrets(home)
    for name in ("identity.key", "survey.key", "text.key", "scoring.key", "keys.yaml", "credentials.json"):
        assert (home.folder / name).stat().st_mode & 0o777 == 0o600, name
    assert re.fullmatch(r"[0-9a-f]{64}", (home.folder / "identity.key").read_text())


def test_the_admin_may_do_all_and_ingest_may_read_customers(home: Home) -> None:
    make_secrets(home)
    keys = keys_in(home)
    scoring_key = (home.folder / "scoring.key").read_text()
    assert keys["admin"]["scopes"] == list(SCOPES)
    assert keys["admin"]["sha256"] == hashlib.sha256(read_credentials(home)["admin_key"].encode()).hexdigest()
    assert keys["ingest-to-scoring"]["scopes"] == ["customers:read"]
    assert keys["ingest-to-scoring"]["sha256"] == hashlib.sha256(scoring_key.encode()).hexdigest()


def test_secrets_that_exist_stay_as_they_are(home: Home) -> None:
    make_secrets(home)
    write_credentials(home, write_key="gx_w")
    names = ("identity.key", "survey.key", "text.key", "scoring.key", "keys.yaml", "credentials.json")
    before = [(home.folder / name).read_text() for name in names]
    make_secrets(home)
    assert [(home.folder / name).read_text() for name in names] == before


def test_a_half_written_credentials_file_is_made_anew(home: Home) -> None:
    (home.folder / "credentials.json").write_text('{"admin_key": "gx_')
    make_secrets(home)
    assert read_credentials(home)["admin_key"].startswith("gx_")


def test_the_credentials_have_exactly_the_promised_shape(home: Home) -> None:
    make_secrets(home)
    write_credentials(home, write_key="gx_w")
    found = json.loads((home.folder / "credentials.json").read_text())
    assert list(found) == ["urls", "admin_key", "write_key", "source"]
    assert found["source"] == "demo"
    assert found["urls"] == {
        "ingest": "http://127.0.0.1:9001",
        "scoring": "http://127.0.0.1:9002",
        "engagement": "http://127.0.0.1:9003",
        "feedback": "http://127.0.0.1:9004",
    }
