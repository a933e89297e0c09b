"""How is a template written down? The text that `read_template` reads to the same template."""

import yaml

from engagement.domain.template import Template
from engagement.domain.template_reading import FENCE, HTML


def write_template(template: Template) -> str:
    """Head, text and HTML part."""
    head = {
        "purpose": str(template.purpose),
        "tone": str(template.tone),
        "languages": list(template.languages),
        "subject": template.subject,
    }
    written = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=10_000)
    html = "" if template.html is None else f"\n{HTML}\n{template.html}"
    return f"{FENCE}\n{written}{FENCE}\n{template.text}{html}"
