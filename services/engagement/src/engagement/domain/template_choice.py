"""Which of the texts of one name does a customer get? The one in their language, else one that is meant for it too.

Worked example: for `zh-CN` the text `zh/win_back`; for `fr`, where only zh and en exist, `en/win_back`.
"""

from collections.abc import Mapping
from typing import Final

from engagement.domain.template import Template

FOREIGN: Final = "en"


def choose_template(templates: Mapping[str, Template], name: str, language: str | None) -> Template | None:
    """None when the name exists in no language that would do."""
    wanted = (language or "").replace("_", "-").partition("-")[0].lower()
    exact = templates.get(f"{wanted}/{name}")
    if exact is not None:
        return exact
    meant = [one for full, one in sorted(templates.items()) if full.endswith(f"/{name}") and wanted in one.languages]
    return meant[0] if meant else templates.get(f"{FOREIGN}/{name}")
