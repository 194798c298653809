"""The Celery application. Rows in PostgreSQL are the work; a message here only wakes a worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "portal.activity",
        "portal.core",
        "portal.downloads",
        "portal.publications",
        "portal.releases",
        "integrations",
    ]
)
app.autodiscover_tasks(["integrations"], related_name="timetable")
