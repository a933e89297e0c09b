"""python -m feedback api | worker | migrate | dead-letters."""

from common.command import main
from feedback.settings import FeedbackSettings

if __name__ == "__main__":
    main("feedback", FeedbackSettings)
