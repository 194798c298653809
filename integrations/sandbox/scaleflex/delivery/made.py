"""Where video jobs leave what they made."""

from pathlib import Path

from integrations.sandbox.scaleflex.errors import not_found
from integrations.sandbox.scaleflex.project import Project


def folder_of(project: Project, uuid: str) -> Path:
    """Return the folder that holds what was made of a video."""
    return project.folder / "videos" / uuid


def made_file(project: Project, uuid: str, name: str) -> Path:
    """
    Return a made file by its name under ``/.internal/videos/{uuid}/``.

    :raises ApiError: 404
    """
    folder = folder_of(project, uuid)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise not_found("The file", "FILE_NOT_FOUND")
    return path
