"""Where does a process stand? Read once, in `__main__`, from GUANXI_* environment variables."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What every process needs; a service subclasses it for its own."""

    model_config = SettingsConfigDict(env_prefix="GUANXI_", extra="ignore", frozen=True)

    database_url: str = Field(description="postgresql://role@host:port/database")
    kafka_bootstrap: str = "127.0.0.1:9092"
    partitions: int = Field(6, ge=1, description="partitions of every topic; a change is a new topic and a replay")
    zone: str = "Asia/Shanghai"
    base_currency: str = Field("CNY", pattern="^[A-Z]{3}$")
    identity_key_file: Path = Path("identity.key")
    keys_file: Path = Path("keys.yaml")
    policies_dir: Path = Path("policies")
    public_url: str = "http://127.0.0.1"
    host: str = "127.0.0.1"
    port: int = 8000
    management_port: int = 8100
    log_level: str = "INFO"
    drain_seconds: float = Field(5.0, ge=0, description="on SIGTERM: how long to answer on before the port closes")

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @property
    def time_zone(self) -> ZoneInfo:
        """The deployment's zone: what "day" means everywhere."""
        return ZoneInfo(self.zone)
