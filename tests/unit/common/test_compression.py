"""Is what goes to Kafka compressed by us, and read by everybody?"""

from typing import Any, cast

import pytest
import zstandard
from aiokafka.codec import zstd_decode
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from common.kafka import compress_cheaply

RECORDS_BEGIN = 61
"""Bytes of a batch's header (KIP-98); what follows is compressed."""


@pytest.mark.parametrize("values", [[b"tea" * 100, b"cake" * 100], [bytes(range(256)) * 10], [b"a" * 90_000]])
def test_a_batch_that_aiokafka_builds_is_compressed_by_us_and_read_by_others(values: list[bytes]) -> None:
    """Ours tells its length in the frame's head, aiokafka's own does not: a release that looks elsewhere is found."""
    compress_cheaply()
    builder = DefaultRecordBatchBuilder(2, DefaultRecordBatch.CODEC_ZSTD, 0, -1, -1, 0, 100_000)
    for offset, value in enumerate(values):
        builder.append(offset, timestamp=None, key=b"c_1", value=value, headers=[])
    built = bytes(builder.build())
    assert zstandard.frame_content_size(built[RECORDS_BEGIN:]) == len(zstd_decode(built[RECORDS_BEGIN:]))
    assert [cast("Any", record).value for record in DefaultRecordBatch(built)] == values
