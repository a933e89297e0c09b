#!/bin/bash
# Creates the four topics where they are absent; docker-compose.yml and the topics Job of Kubernetes run it in the
# apache/kafka image. Offsets must stay gap-free: neither compacted nor transactional (contracts/).
# Wants GUANXI_KAFKA_BOOTSTRAP, REPLICATION_FACTOR, MIN_INSYNC_REPLICAS.
set -euo pipefail

PARTITIONS=6
RETENTION_MS=2592000000 # 30 days
MAX_MESSAGE_BYTES=1048576

for topic in guanxi.interactions.v1 guanxi.relationships.v1 guanxi.care.v1 guanxi.feedback.v1; do
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$GUANXI_KAFKA_BOOTSTRAP" \
        --create --if-not-exists --topic "$topic" \
        --partitions "$PARTITIONS" --replication-factor "$REPLICATION_FACTOR" \
        --config cleanup.policy=delete \
        --config retention.ms="$RETENTION_MS" \
        --config max.message.bytes="$MAX_MESSAGE_BYTES" \
        --config min.insync.replicas="$MIN_INSYNC_REPLICAS"
done
