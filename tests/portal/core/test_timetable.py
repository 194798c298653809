"""What the timetable sends, a worker must know: an unknown task is thrown away with nothing but a line in a log."""

import contextlib

import redis
from django.conf import settings

from portal.celery import app


def test_workers_know_every_task_of_the_timetable():
    app.loader.import_default_modules()
    found = set(app.tasks)

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - found == set()


def test_what_makes_files_waits_in_a_queue_of_its_own_and_all_else_never_in_that():
    """Whoever takes the other queue never gets it; one that takes no queue by name takes both."""
    app.loader.import_default_modules()
    making = {
        "portal.core.tasks.heartbeat_making",
        "portal.downloads.tasks.prepare",
        "portal.downloads.tasks.work_on_jobs",
        "portal.packs.tasks.work",
        "portal.publications.tasks.check_catalogues",
        "portal.releases.tasks.collect_renditions",
        "portal.renditions.tasks.judge",
        "portal.renditions.tasks.make_wanted",
    }

    sent = {entry["task"]: waiting_after(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {task for task, queues in sent.items() if queues == {"making": 1}} == making
    assert {task for task, queues in sent.items() if queues == {"celery": 1}} == sent.keys() - making
    assert set(app.amqp.queues.consume_from) == {"celery", "making"}


def waiting_after(task: str) -> dict[str, int]:
    """Send one message, as the timetable does; returns how many more wait by queue, and takes them away."""
    with contextlib.closing(redis.Redis.from_url(settings.CELERY_BROKER_URL)) as broker:
        before = {queue: broker.llen(queue) for queue in ("celery", "making")}
        app.tasks[task].apply_async()
        more = {queue: broker.llen(queue) - count for queue, count in before.items()}
        for queue, count in more.items():
            # The newest stand at the front.
            broker.ltrim(queue, count, -1)
    return {queue: count for queue, count in more.items() if count}
