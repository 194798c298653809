"""
Which way a video is made: on the fly by delivery, or by one of the DAM's jobs, and looking after that job.

What is known of a job stands in a row of ours, so that it survives workers and is begun once.
"""

import hashlib
from datetime import datetime, timedelta

from integrations.errors import Refused
from integrations.models import ExternalReference
from integrations.scaleflex import client, video_jobs
from integrations.scaleflex.config import Account
from integrations.scaleflex.file_details import links, video
from integrations.scaleflex.video_jobs import Job, JobFailed
from portal.catalog.models import AssetVersion
from portal.renditions.choices import Format
from portal.renditions.models import RecipeRevision
from portal.renditions.source import SourceUnavailable

#: What delivery on the fly takes and gives. Source: Cloudimage, "Video operations".
LONGEST_SECONDS, LARGEST_BYTES, LARGEST_PIXELS = 60.0, 500_000_000, 3840 * 2160
_RESOURCE = "video_job"


def is_for_delivery(version: AssetVersion) -> bool:
    """Return whether delivery takes this video at all; of one that lasts longer it gives the first minute."""
    pixels = (version.width or 0) * (version.height or 0)
    return version.size <= LARGEST_BYTES and pixels <= LARGEST_PIXELS


def needs_job(account: Account, version: AssetVersion) -> bool:
    """
    Return whether a video has to be made by a job.

    :raises Refused: it has to, and the connection does not want jobs
    """
    wanted = account.options.video_renditions
    beyond = not is_for_delivery(version) or (version.duration or 0) > LONGEST_SECONDS
    if wanted == "url" and beyond:
        raise Refused(
            "Delivery makes videos of at most 60 seconds, 500 MB and 4K. Set video_renditions to auto or job."
        )
    return wanted == "job" or beyond


def made_by_job(account: Account, version: AssetVersion, revision: RecipeRevision, *, now: datetime) -> str:
    """
    Return the address of a video that a job has made; begins the job when there is none yet.

    :raises SourceUnavailable: it is being made; ``retry_after`` says when to look again
    :raises Refused: no job makes this size, or it failed, or took too long
    :raises Retryable, BadPayload: as ``client.list_files``
    """
    reference = ExternalReference.objects.filter(
        connection=account.connection,
        resource=_RESOURCE,
        local_type=f"recipe_revision:{revision.pk}",
        local_id=version.pk,
    ).first()
    if reference is None:
        reference = _begin(account, version, revision, now)
    job = Job(reference.data["progress"], tuple(reference.data["results"]))
    try:
        percent = video_jobs.percent(account, job)
        began = datetime.fromisoformat(reference.data["began_at"])
        if percent < 100 and now - began > timedelta(seconds=account.options.video_give_up_seconds):
            raise JobFailed("The making of the video did not come to an end.")
    except JobFailed:
        # The next one who asks begins anew; the rendition itself rests for a while after a refusal.
        reference.delete()
        raise
    if percent < 100:
        raise SourceUnavailable(
            f"The video is being made ({percent} %).",
            retry_after=max(1, round(account.options.video_poll_seconds)),
        )
    if not job.results:
        reference.delete()
        raise JobFailed("The job made a video and did not say where it is.")
    return job.results[0]


def forget(account: Account, version: AssetVersion, revision: RecipeRevision) -> None:
    """Forget a job whose result has been fetched, or cannot be."""
    ExternalReference.objects.filter(
        connection=account.connection,
        resource=_RESOURCE,
        local_type=f"recipe_revision:{revision.pk}",
        local_id=version.pk,
    ).delete()


def thumbnail(account: Account, version: AssetVersion) -> str:
    """
    Return the address of the DAM's own still of a video, empty when it has none.

    :raises FileMissing, Refused, Retryable, BadPayload: as ``client.get_file``
    """
    return video(client.get_file(account, version.source_uuid)).thumbnail


def _begin(
    account: Account, version: AssetVersion, revision: RecipeRevision, now: datetime
) -> ExternalReference:
    url = links(client.get_file(account, version.source_uuid)).public
    if not url:
        raise Refused("The DAM gives no public address of this video, and jobs need one.")
    folder = version.source_path.rsplit("/", 1)[0] or "/"
    if revision.format == Format.WEBM:
        if (version.width or 0) > (revision.width or version.width or 0) or (version.height or 0) > (
            revision.height or version.height or 0
        ):
            raise Refused("Jobs make WebM in the video's own size only.")
        job = video_jobs.convert(account, url, folder=folder, to="webm")
    else:
        size = (version.width or 1, version.height or 1)
        resolution = video_jobs.resolution_for(revision.width, revision.height, of=size)
        if resolution is None:
            raise Refused("No job makes a video as small as this size asks for.")
        job = video_jobs.compress(
            account, url, folder=folder, resolution=resolution, bitrate=account.options.video_bitrate
        )
    reference, _ = ExternalReference.objects.update_or_create(
        connection=account.connection,
        resource=_RESOURCE,
        local_type=f"recipe_revision:{revision.pk}",
        local_id=version.pk,
        defaults={
            # An address may be longer than the column.
            "external_id": hashlib.sha256(job.progress.encode()).hexdigest(),
            "data": {"progress": job.progress, "results": list(job.results), "began_at": now.isoformat()},
        },
    )
    return reference
