"""Where things lie on one machine without servers: under one folder, readable by its owner alone."""

from pathlib import Path
from typing import Any

from reviewapp.settings import environment, programs
from reviewapp.settings.storages import STATIC, files


def subject_store(folder: Path) -> str:
    """The URL of the store of subjects' keys: beside the site, so that backups can leave it out."""
    return programs.text("SUBJECT_STORE_URL", f"sqlite:///{folder / 'subjects' / 'keys.sqlite3'}")


def journal(folder: Path) -> Path:
    """The journal's file: in a folder of its own, which no backup holds and no restore sets back."""
    return Path(environment.text("JOURNAL_FILE", str(folder / "journal" / "journal.jsonl")))


def beat_schedule(folder: Path) -> str:
    """The file in which beat keeps when what was sent."""
    return str(folder / "beat-schedule")


def storages(folder: Path, static: str | None = None) -> dict[str, Any]:
    """All storages; `static` is another class for static files."""
    private = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {
        "default": files(folder / "files"),
        **{name: files(folder / name, **private) for name in ("vault", "renditions", "exports")},
        "staticfiles": {"BACKEND": static} if static else STATIC,
    }
