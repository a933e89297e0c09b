"""Which policy is in force? The file's, read once at start: a changed file is a restart."""

from pathlib import Path
from typing import Final

from common.errors import Malformed
from feedback.domain.feedback_policy import FeedbackPolicy, read_feedback_policy

FILE: Final = "feedback.yaml"


class PolicyFileUnreadable(Malformed):
    """The policy file cannot be read."""

    code = "policy_file_unreadable"


def load_policy(policies: Path) -> FeedbackPolicy:
    """Raises PolicyFileUnreadable, DocumentInvalid."""
    path = policies / FILE
    try:
        return read_feedback_policy(path.read_text("utf-8"), file=FILE)
    except (OSError, UnicodeError) as err:
        raise PolicyFileUnreadable(f"{path} cannot be read ({err}): set GUANXI_POLICIES_DIR.") from err
