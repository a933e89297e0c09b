"""Where does a test get topics of its own? Fresh names, created on the run's broker and deleted after the test."""

import uuid

from aiokafka.admin import AIOKafkaAdminClient

from guanxi_cli.local.kafka import PARTITIONS, create_topics


class Topics:
    """Makes topics and deletes them again."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._made: list[str] = []

    async def __call__(self, name: str = "topic", partitions: int = PARTITIONS) -> str:
        """A new topic called `name` and something unique, with the settings of the real ones."""
        topic = f"{name}.{uuid.uuid4().hex[:12]}"
        await create_topics(self._bootstrap, [topic], partitions)
        self._made.append(topic)
        return topic

    async def delete(self) -> None:
        if not self._made:
            return
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            await admin.delete_topics(self._made)
        finally:
            await admin.close()
