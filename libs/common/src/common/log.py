"""How does a process tell what it does? One JSON line a fact, on standard error, with the ids at hand."""

import logging
import sys

import structlog

_AIOKAFKA_LINES_PER_SECOND = 2


class _Rate(logging.Filter):
    """Let through a few records a second: an unreachable broker makes aiokafka write dozens."""

    def __init__(self) -> None:
        super().__init__()
        self._second = 0
        self._seen = 0

    def filter(self, record: logging.LogRecord) -> bool:
        second = int(record.created)
        if second != self._second:
            self._second, self._seen = second, 0
        self._seen += 1
        return self._seen <= _AIOKAFKA_LINES_PER_SECOND


def configure_logging(*, service: str, process: str, level: str) -> None:
    """Set structlog and the standard library up once per process; `level` is a name such as INFO."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, structlog.processors.format_exc_info],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("aiokafka", "aiokafka.cluster", "aiokafka.conn", "aiokafka.consumer", "aiokafka.producer"):
        logging.getLogger(name).addFilter(_Rate())
    structlog.contextvars.bind_contextvars(service=service, process=process)
