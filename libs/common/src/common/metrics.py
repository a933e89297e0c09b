"""What does a process count? Every metric of the chassis, by name, in this one file."""

from prometheus_client import Counter, Gauge, Histogram

CONSUMED_EVENTS = Counter("guanxi_consumed_events_total", "Events applied", ["group"])
CONSUMER_LAG = Gauge(
    "guanxi_consumer_lag_events", "Events on the log and not applied yet", ["group", "topic", "partition"]
)
CONSUMER_BRAKED = Gauge(
    "guanxi_consumer_braked", "1 while too many dead letters hold a partition", ["group", "topic", "partition"]
)
DEAD_LETTERS = Counter("guanxi_dead_letters_total", "Events kept as dead letters", ["group"])
OUTBOX_SENT = Counter("guanxi_outbox_sent_total", "Rows sent to Kafka and acknowledged", ["table"])
OUTBOX_OLDEST_SECONDS = Gauge("guanxi_outbox_oldest_seconds", "Age of the oldest row not sent", ["table"])
TIMERS_DONE = Counter("guanxi_timers_done_total", "Timers fired", ["kind"])
TIMER_LATENESS_SECONDS = Gauge("guanxi_timer_lateness_seconds", "How long the oldest due timer has been waiting")
AUDIT_FINDINGS = Counter("guanxi_audit_findings_total", "Differences that an audit found", ["kind", "outcome"])
AUDIT_EVENTS = Counter("guanxi_audit_events_total", "Events that an audit compared with the log")
AUDIT_ENDED = Gauge("guanxi_audit_ended_timestamp_seconds", "When this process last ended an audit, Unix time")
HTTP_REQUEST_SECONDS = Histogram(
    "guanxi_http_request_seconds",
    "Time from the request's headers to the end of the answer, by route template",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
HTTP_IN_FLIGHT = Gauge("guanxi_http_in_flight", "Requests being answered")
EVENT_LOOP_LAG_SECONDS = Gauge("guanxi_event_loop_lag_seconds", "How late the event loop's last tick was")
