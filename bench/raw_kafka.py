"""How many records a CPU-second can aiokafka send at all? R of performance.md: prepared bytes, full batches, no checks.

python -m bench.raw_kafka BOOTSTRAP EVENTS SEED prints the CPU seconds of this process for the sending alone.
"""

import asyncio
import sys
import time

from aiokafka import AIOKafkaProducer
from bench.orders import raw_records

from common.events import CONTENT_TYPE, INTERACTIONS
from common.garbage import collect_less
from common.kafka import BATCH_BYTES, partition_of

PARTITIONS = 6


async def main(bootstrap: str, number: int, seed: int) -> None:
    records = raw_records(number, seed)
    by_partition: dict[int, list[tuple[bytes, bytes]]] = {partition: [] for partition in range(PARTITIONS)}
    for key, value in records:
        by_partition[partition_of(key, PARTITIONS)].append((key, value))
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=False,
        compression_type="zstd",
        linger_ms=0,
        max_batch_size=BATCH_BYTES,
        max_request_size=1024 * 1024,
    )
    await producer.start()
    await producer.client.force_metadata_update()
    collect_less()
    began = time.process_time()
    await asyncio.gather(*(_send(producer, partition, of_it) for partition, of_it in by_partition.items()))
    sys.stdout.write(f"{time.process_time() - began}\n")
    await producer.stop()


async def _send(producer: AIOKafkaProducer, partition: int, records: list[tuple[bytes, bytes]]) -> None:
    headers = [("content-type", CONTENT_TYPE)]
    acks = []
    batch = producer.create_batch()
    for key, value in records:
        if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            batch.close()
            acks.append(await producer.send_batch(batch, INTERACTIONS, partition=partition))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value, headers=headers)
    batch.close()
    acks.append(await producer.send_batch(batch, INTERACTIONS, partition=partition))
    await asyncio.gather(*acks)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
