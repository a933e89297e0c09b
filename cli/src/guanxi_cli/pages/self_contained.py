"""How is a report written as one file? A template in the frame that all share; data, charts and library inside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from guanxi_cli.demo.figures import money, percent

FRAME: Final = Path(__file__).parent
LIBRARY: Final = FRAME / "vendor" / "echarts.simple.min.js"


def write_self_contained(path: Path, template: Path, *, charts: Mapping[str, Any], **values: Any) -> Path:
    """Render the template of a folder; `charts` become `figures` in its script. Nothing is asked of the network."""
    templates = Environment(
        loader=FileSystemLoader([template.parent, FRAME]), autoescape=True, undefined=StrictUndefined
    )
    page = templates.get_template(template.name).render(
        charts=json.dumps(charts).replace("<", "\\u003c"),
        library=LIBRARY.read_text("utf-8"),
        money=money,
        percent=percent,
        **values,
    )
    path.write_text(page, "utf-8")
    return path
