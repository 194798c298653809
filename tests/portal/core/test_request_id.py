"""One id follows a request through the answer and every line of the log."""

import logging

import pytest


@pytest.mark.parametrize("given", ["shop-4711-abcdef", "", "no good id!"])
def test_the_id_in_the_answer_is_the_one_in_the_log(client, caplog, given):
    with caplog.at_level(logging.INFO, "django_structlog.middlewares.request"):
        answer = client.get("/livez", headers={"X-Request-ID": given})

    logged = {record.msg["request_id"] for record in caplog.records}
    assert logged == {answer["X-Request-ID"]}
    assert (answer["X-Request-ID"] == given) == (given == "shop-4711-abcdef")
