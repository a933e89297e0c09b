"""What does ingest need to know beyond what every process needs?"""

from pathlib import Path

from pydantic import Field

from common.settings import Settings


class IngestSettings(Settings):
    """GUANXI_SCORING_URL and GUANXI_SCORING_KEY_FILE let `GET /v1/events` ask scoring for events of any age."""

    scoring_url: str | None = None
    scoring_key_file: Path | None = None
    spool_budget_bytes: int = Field(10 * 1024**3, ge=1024**2, description="at this size of the spool: 503")
    requests_per_second: float = Field(10_000, gt=0, description="per key, where its source sets no other rate")
