"""What are feedback's two processes made of? The web app, and the worker that hears, asks and keeps clocks."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from fastapi import FastAPI

from common.consumer import Consumer
from common.database import open_database
from common.http.app import create_app
from common.http.keys import Keys
from common.identity import IdentityKey
from common.kafka import open_producer
from common.outbox import OutboxRelay
from common.version import code_version
from common.worker import Worker
from feedback.api import answers, cases, customers, invitations, page, reports, survey_reports, surveys
from feedback.api.scopes import SCOPES
from feedback.api.survey_pages import SurveyPages
from feedback.consumers.mirror import TOPICS, make_handle
from feedback.domain.survey_token import SurveyTokens
from feedback.jobs.ask import ask_customers
from feedback.jobs.case_clocks import watch_case_clocks
from feedback.settings import FeedbackSettings
from feedback.store.text_seal import TextSeal
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.live_surveys import LiveSurveys
from feedback.usecases.load_policy import load_policy
from feedback.usecases.survey_desk import SurveyDesk

NAME: Final = "feedback"
API_POOL: Final = 10
ROUTED: Final = (answers, cases, customers, invitations, page, reports, survey_reports, surveys)


def make_app(settings: FeedbackSettings) -> FastAPI:
    """The web app; its pool is closed when it stops."""
    database = open_database(settings.database_url, application=f"{NAME}-api", pool_size=API_POOL)
    desk = make_survey_desk(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = create_app(
        title="Guanxi feedback",
        version=code_version(NAME),
        description="Asks customers, listens to them and closes the loop.",
        scopes=SCOPES,
        routers=[module.router for module in ROUTED],
        keys=Keys(settings.keys_file),
        lifespan=lifespan,
        database=database,
        public_url=settings.public_url,
        untraced=page.PATH,
        seal=desk.cases.seal,
    )
    page.stay_friendly(app)
    app.state.identity_key = IdentityKey.load(settings.identity_key_file)
    app.state.time_zone = settings.time_zone
    app.state.survey_desk = desk
    app.state.survey_pages = SurveyPages()
    return app


async def make_worker(settings: FeedbackSettings, stack: AsyncExitStack) -> Worker:
    """The worker: one consumer of all topics, the clocks of cases, and the relay of the outbox."""
    database = open_database(settings.database_url, application=f"{NAME}-worker")
    stack.push_async_callback(database.close)
    producer = await stack.enter_async_context(open_producer(settings.kafka_bootstrap, partitions=settings.partitions))
    surveys = make_survey_desk(settings)
    desk = surveys.cases
    handle = make_handle(surveys)
    consumer = Consumer(
        database=database,
        bootstrap=settings.kafka_bootstrap,
        group=f"guanxi.{NAME}",
        topics=TOPICS,
        handle=handle,
        code_version=code_version(NAME),
    )
    return Worker(
        database=database,
        handle=handle,
        parts={
            "consumer": consumer.run,
            "asking": ask_customers(database, surveys),
            "case_clocks": watch_case_clocks(database, desk).run,
            "outbox": OutboxRelay(database, producer).run,
        },
    )


def make_survey_desk(settings: FeedbackSettings) -> SurveyDesk:
    """What asking, listening and cases need, in both processes."""
    policy = load_policy(settings.policies_dir)
    return SurveyDesk(
        surveys=LiveSurveys(),
        tokens=SurveyTokens.load(settings.survey_key_file),
        throttle=policy.throttle,
        public_url=settings.public_url,
        zone=settings.time_zone,
        partitions=settings.partitions,
        cases=CaseDesk(
            zone=settings.time_zone,
            partitions=settings.partitions,
            policy=policy.cases,
            seal=TextSeal.load(settings.text_key_file),
        ),
    )
