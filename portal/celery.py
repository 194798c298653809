"""The Celery application. Rows in PostgreSQL are the work; a message here only wakes a worker."""

import os
import resource

from celery import Celery
from celery.signals import worker_process_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "portal.activity",
        "portal.change_requests",
        "portal.core",
        "portal.downloads",
        "portal.onboarding",
        "portal.packs",
        "portal.partners",
        "portal.publications",
        "portal.releases",
        "portal.renditions",
        "integrations",
    ]
)
app.autodiscover_tasks(["integrations"], related_name="timetable")


@worker_process_init.connect
def _bound_memory(**kwargs) -> None:
    """
    Let a task that wants more memory than a worker process may have fail alone, before the kernel ends everybody.

    Counts what the process takes for itself, not the address space that image and video libraries map.
    """
    most = settings.WORKER_MEMORY_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
