"""Are the generated documents current, and does the AsyncAPI document hold for every example?"""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from contracts.reader import example_paths, read_example
from docs import generate_asyncapi, generate_events

EXAMPLES = list(example_paths())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(generate_asyncapi.PAGE.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("page", [generate_events, generate_asyncapi], ids=["events.md", "asyncapi.yaml"])
def test_the_committed_page_is_what_the_contracts_say(page: Any) -> None:  # Any: two modules of one shape
    assert page.PAGE.read_text(encoding="utf-8") == page.render(), "run `make docs` and commit the page"


def test_every_reference_of_the_asyncapi_document_resolves(document: dict[str, Any]) -> None:
    references = list(references_in(document))
    assert references
    for reference in references:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize(("file", "name", "version", "path"), EXAMPLES, ids=[f"{one[0]}-{one[1]}" for one in EXAMPLES])
def test_an_example_of_the_present_version_fits_its_message(
    document: dict[str, Any], file: str, name: str, version: int, path: Path
) -> None:
    payload = document["components"]["messages"][f"{file}.{name}"]["payload"]
    schema = jsonschema_rs.Draft202012Validator({"components": document["components"], **payload})
    example = read_example(path)
    schema.validate(example)
    assert not schema.is_valid({**example, "subject": "42"})
    assert not schema.is_valid({**example, "data": []})


def references_in(value: Any) -> list[str]:
    """Every `$ref` below a value."""
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in ([inner] if key == "$ref" else references_in(inner))]
    if isinstance(value, list):
        return [one for inner in value for one in references_in(inner)]
    return []
