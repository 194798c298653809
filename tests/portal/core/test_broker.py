"""Messages of the broker, and what becomes of them when the connection they came by is gone."""

import logging
import uuid

from portal.celery import app


def test_message_acknowledged_after_its_connection_was_lost_is_noted_and_ends_nobody(caplog):
    name = f"test-{uuid.uuid4().hex}"
    with app.connection_for_write() as sender, sender.SimpleQueue(name) as queue:
        queue.put({"wake": "deliver"})
    connection = app.connection_for_read()
    message = connection.SimpleQueue(name).get(timeout=5)

    connection.collect()
    # What a channel does that is closed after its connection: seen when Redis was killed under a busy worker.
    message.channel._disconnect_pools()
    message.ack_log_error(logging.getLogger("celery"), connection.connection_errors)

    assert "Couldn't ack" in caplog.text and "lost before the task ended" in caplog.text
