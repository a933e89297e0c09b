"""How does the report look as a page? One self-contained file: data, charts and library inside, no request out."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from guanxi_cli.demo.card import card_rows
from guanxi_cli.demo.care import CareStory
from guanxi_cli.demo.figures import money, percent
from guanxi_cli.demo.loading import Loaded
from guanxi_cli.demo.story import Story

FOLDER: Final = Path(__file__).parent
LIBRARY: Final = FOLDER / "vendor" / "echarts.simple.min.js"


def write_page(path: Path, loaded: Loaded, story: Story, care: CareStory) -> Path:
    """Write the page and answer its path."""
    templates = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    charts = {name: [asdict(group) for group in groups] for name, groups in story.dimensions.items()}
    page = templates.get_template("report.html").render(
        loaded=loaded,
        story=story,
        care=care,
        card=card_rows(story.card),
        charts=json.dumps(charts).replace("<", "\\u003c"),
        library=LIBRARY.read_text(),
        money=money,
        percent=percent,
    )
    path.write_text(page)
    return path
