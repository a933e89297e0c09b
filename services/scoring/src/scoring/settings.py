"""What does scoring need to be told beside what every process needs?"""

from pydantic import Field

from common.settings import Settings


class ScoringSettings(Settings):
    """GUANXI_* environment of scoring's processes."""

    reevaluate_minutes_after_midnight: int = Field(
        5, ge=0, lt=1440, description="when the daily re-evaluation begins, local time"
    )
    calibrate_day_of_month: int = Field(
        1, ge=0, le=28, description="on which day thresholds are calibrated each month; 0: only when asked for"
    )
    calibrate_minutes_after_midnight: int = Field(
        180, ge=0, lt=1440, description="when a monthly calibration begins, local time"
    )
    audit_repairs: bool = Field(True, description="whether the hourly audit repairs what it finds, or only tells")
    cached_customers: int = Field(20_000, ge=1, description="states that a worker keeps in memory, at least")
