"""Does a worker say when Kafka is away?"""

from common.kafka import broker_probe


async def test_the_broker_is_well_while_it_answers(kafka_bootstrap: str) -> None:
    assert await broker_probe(kafka_bootstrap)() is None


async def test_a_broker_that_is_away_is_told_of(unused_tcp_port: int) -> None:
    assert await broker_probe(f"127.0.0.1:{unused_tcp_port}")() == "no answer: KafkaConnectionError"
