"""Has the policy file changed since it was last loaded? Then it is a new version, and everybody is judged again.

An edit by API is a version too: the file wins again only when its own content changes.
"""

from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any, Final

import structlog
import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from common.errors import Malformed
from scoring.domain.policy import Policy
from scoring.store.policies import add_policy, list_policies, newest_file
from scoring.usecases.deployment import Deployment
from scoring.usecases.reevaluate_page import plan_run

log = structlog.get_logger()

FILE: Final = "scoring.yaml"
POLICY: Final = "policy"


class PolicyFileUnreadable(Malformed):
    """The policy file is absent or no YAML mapping."""

    code = "policy_file_unreadable"


async def load_policy(connection: AsyncConnection, folder: Path, *, deployment: Deployment) -> str | None:
    """The new version's name, None when the file is as it was. Raises PolicyFileUnreadable, PolicyInvalid."""
    body = _read(folder / FILE)
    Policy.from_mapping(body)
    if await newest_file(connection) == body:
        return None
    taken = {one.version for one in await list_policies(connection)}
    version = _free_name(str(body["version"]), taken)
    await add_policy(connection, version=version, body=body, from_file=True)
    if taken:
        await plan_run(connection, f"policy-{version}", cause=POLICY, deployment=deployment)
    log.info("policy_loaded", version=version)
    return version


def _read(path: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as err:
        raise PolicyFileUnreadable(f"{path} cannot be read: {err}") from err
    if not isinstance(body, dict):
        raise PolicyFileUnreadable(f"{path} must hold a mapping.")
    return body


def _free_name(wanted: str, taken: Collection[str]) -> str:
    """The name in the file, or where it is taken by other content, with a number behind it."""
    names = (wanted if number == 1 else f"{wanted}.{number}" for number in count(1))
    return next(name for name in names if name not in taken)
