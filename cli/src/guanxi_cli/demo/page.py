"""How does the report look as a page? One self-contained file: data, charts and library inside, no request out."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

from guanxi_cli.demo.card import card_rows
from guanxi_cli.demo.care import CareStory
from guanxi_cli.demo.loading import Loaded
from guanxi_cli.demo.story import Story
from guanxi_cli.pages.self_contained import write_self_contained

TEMPLATE: Final = Path(__file__).parent / "report.html"


def write_page(path: Path, loaded: Loaded, story: Story, care: CareStory) -> Path:
    """Write the page and answer its path."""
    charts = {name: [asdict(group) for group in groups] for name, groups in story.dimensions.items()}
    return write_self_contained(
        path, TEMPLATE, charts=charts, loaded=loaded, story=story, care=care, card=card_rows(story.card)
    )
