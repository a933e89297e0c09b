"""How does Apache Kafka run on this machine: jars, storage, process and the four topics?"""

import base64
import uuid
from collections.abc import Sequence
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

from guanxi_cli.local.home import Home, write_whole
from guanxi_cli.local.jars import kafka_jars
from guanxi_cli.local.java import find_java
from guanxi_cli.local.ports import accepts
from guanxi_cli.local.processes import Part, Record, running, start
from guanxi_cli.local.run import run
from guanxi_cli.local.shipped import filled_in, shipped
from guanxi_cli.local.wait import until_ready
from guanxi_cli.local.whole import made_whole

TOPICS = ("guanxi.interactions.v1", "guanxi.relationships.v1", "guanxi.care.v1", "guanxi.feedback.v1")
PARTITIONS = 6
TOPIC_SETTINGS = {"retention.ms": str(30 * 24 * 3600 * 1000), "max.message.bytes": str(1024 * 1024)}
SMALL = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FORMAT_SECONDS = 60
READY_SECONDS = 120
TOPIC_EXISTS = 36


def kafka_part(home: Home, command: Sequence[str] = ()) -> Part:
    return Part(
        name="kafka", command=command, ports=[home.port("kafka"), home.port("kafka-controller")], stop_seconds=30
    )


async def start_kafka(home: Home) -> Record:
    """The record of a broker that answers and has the four topics; starts it unless it runs."""
    record = running(home, kafka_part(home))
    if record is None:
        jars = await kafka_jars()
        await made_whole(home.folder / "kafka", lambda folder: _format(home, jars, folder))
        settings = _write_settings(home, home.folder / "kafka")
        record = start(home, kafka_part(home, [*_java(jars), "kafka.Kafka", str(settings)]))
    await until_ready(home, record, lambda: answers(home), seconds=READY_SECONDS)
    await create_topics(home.bootstrap, TOPICS)
    return record


async def answers(home: Home) -> bool:
    """Whether the broker lists its topics."""
    if not await accepts(home.port("kafka")):  # the client would log each refused connection
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=home.bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        await admin.list_topics()
    except KafkaError:
        return False
    finally:
        await admin.close()
    return True


async def create_topics(bootstrap: str, names: Sequence[str], partitions: int = PARTITIONS) -> None:
    """Create those that are missing, as architecture.md wants them: neither compacted nor transactional."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = [NewTopic(name, partitions, 1, topic_configs=TOPIC_SETTINGS) for name in names]
        answer = await admin.create_topics(topics)
    finally:
        await admin.close()
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TOPIC_EXISTS):
            raise for_code(code)(name)


def _java(jars: Path) -> list[str]:
    log = f"-Dlog4j2.configurationFile={shipped('deploy/local/log4j2.properties')}"
    return [str(find_java()), *SMALL, log, "-cp", f"{jars}/*"]


def _write_settings(home: Home, folder: Path) -> Path:
    settings = home.folder / "server.properties"
    ports = {"broker_port": home.port("kafka"), "controller_port": home.port("kafka-controller")}
    write_whole(settings, filled_in("deploy/local/server.properties", folder=folder, **ports))
    return settings


async def _format(home: Home, jars: Path, folder: Path) -> None:
    settings = _write_settings(home, folder)
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # "=": an id may begin with a dash, which would read as another option.
    tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config", str(settings)]
    await run([*_java(jars), *tool], what="formatting Kafka's storage", seconds=FORMAT_SECONDS)
