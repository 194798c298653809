"""What the timetable sends, a worker must know: an unknown task is thrown away with nothing but a line in a log."""

from django.conf import settings

from portal.celery import app


def test_workers_know_every_task_of_the_timetable():
    app.loader.import_default_modules()
    found = set(app.tasks)

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - found == set()
