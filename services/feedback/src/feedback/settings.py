"""Where does feedback stand, beside what every process is told?"""

from pathlib import Path

from pydantic import Field

from common.settings import Settings


class FeedbackSettings(Settings):
    """GUANXI_* environment variables of both processes."""

    survey_key_file: Path = Field(
        Path("survey.key"), description="what signs survey links: a key a line, the last one signs"
    )
    text_key_file: Path = Field(
        Path("text.key"), description="what seals free text in the database: a key a line, the first one seals"
    )
