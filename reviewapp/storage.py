"""Static files with hashed names, so that browsers may keep them for ever; the folders of all other files."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage, storages


def make_folders() -> None:
    """Makes the folders in which the site keeps its files, once it is set up. One that lacks later on is then no
    storage that was never used, but one that is somewhere else (`privacy scan` says so)."""
    for alias in settings.STORAGES:
        storage = storages[alias]
        if isinstance(storage, FileSystemStorage) and not isinstance(storage, ManifestStaticFilesStorage):
            mode = storage.directory_permissions_mode
            Path(storage.location).mkdir(mode=0o777 if mode is None else mode, parents=True, exist_ok=True)


class StaticStorage(ManifestStaticFilesStorage):
    """Rewrites imports between our own JavaScript modules only.

    Django's own pattern for module imports also matches text inside htmx's files and breaks them, so it is
    limited to the folders that hold our modules.
    """

    support_js_module_import_aggregation = False
    patterns = (
        *ManifestStaticFilesStorage.patterns,
        (
            "workbench/*.js",
            (
                (
                    r"""(?P<matched>import\s*["'](?P<url>[./].*?)["']\s*;)""",
                    """import "%(url)s";""",
                ),
                (
                    r"""(?P<matched>(?P<what>(?:import|export)\s[\w\s{},*$]*?from)\s*["'](?P<url>[./].*?)["']\s*;)""",
                    """%(what)s "%(url)s";""",
                ),
            ),
        ),
    )
