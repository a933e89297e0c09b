"""What does a customer see while the database is away, and does any trace tell the token of a link?"""

from pathlib import Path

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.support.feedback_app import clerk_of, feedback_settings
from tests.support.web import free_port

from common.database import Database


async def link(clerk: httpx.AsyncClient) -> str:
    answer = await clerk.post("/v1/surveys/csat_delivery/invitations", json={"customer": "user_id:traced"})
    path: str = httpx.URL(answer.json()["url"]).path
    return path


@pytest.mark.parametrize(("wished", "words"), [("en-GB", "try again"), ("zh-CN", "请稍后再试"), ("", "请稍后再试")])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_while_the_database_is_away_people_get_a_page(
    database: Database, tmp_path: Path, method: str, wished: str, words: str
) -> None:
    settings = feedback_settings(database, tmp_path)
    async with clerk_of(settings) as clerk:
        path = await link(clerk)
    away = settings.model_copy(update={"database_url": f"postgresql://nobody@127.0.0.1:{free_port()}/none"})
    async with clerk_of(away) as anybody:
        data = {"satisfied": "4"} if method == "POST" else None
        page = await anybody.request(method, path, headers={"accept-language": wished}, data=data)
        assert (page.status_code, page.headers["retry-after"]) == (503, "30")
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert words in page.text
        machine = await anybody.get("/v1/surveys")
        assert (machine.status_code, machine.json()["code"]) == (503, "unavailable")


async def test_no_span_tells_of_a_survey_link(database: Database, tmp_path: Path) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    async with clerk_of(feedback_settings(database, tmp_path)) as clerk:
        path = await link(clerk)
        for address in (path, f"{path}?score=5", f"{path}x"):
            await clerk.get(address)
        await clerk.post(path, data={"satisfied": "4"})
    told = [str(span.to_json()) for span in spans.get_finished_spans()]
    assert any("/v1/surveys" in span for span in told), "other paths are traced"
    assert not any("/s/" in span for span in told)
