"""Where does feedback stand? It has no settings beyond the chassis' own yet."""

from common.settings import Settings


class FeedbackSettings(Settings):
    """GUANXI_* environment variables of both processes."""
