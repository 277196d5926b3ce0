"""Storages, as Django's STORAGES has them."""

from pathlib import Path
from typing import Any

STATIC = {"BACKEND": "reviewapp.storage.StaticStorage"}


def files(folder: Path, **options: int) -> dict[str, Any]:
    """A folder; `options` are the permissions of its files and folders."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder, **options},
    }
