"""Where does engagement stand, beyond what every service needs? Its ways out, and how the shop signs."""

from pathlib import Path

from pydantic import Field

from common.settings import Settings


class EngagementSettings(Settings):
    """GUANXI_* environment variables of both processes."""

    outbox_dir: Path = Field(Path("outbox"), description="where the `file` adapter writes what would go out")
    secrets_dir: Path = Field(Path("secrets"), description="files that contact.yaml names as `secret`, one value each")
    delivery_lease_seconds: int = Field(60, ge=1, description="after which a dead sender's tries count as lost")
    shop_name: str = Field("Guanxi", description="how the shop calls itself in messages")
