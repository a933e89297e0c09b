"""Where does engagement stand? It has no settings beyond the chassis' own yet."""

from common.settings import Settings


class EngagementSettings(Settings):
    """GUANXI_* environment variables of both processes."""
