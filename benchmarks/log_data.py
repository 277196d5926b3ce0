"""Fills an empty log with millions of entries as two years of a busy site leave them, for measuring.

    python benchmarks/log_data.py --entries 5000000 --url postgresql://review_owner@127.0.0.1:5432/bench --migrate
    python benchmarks/log_data.py --entries 100000 --url sqlite:////tmp/bench.sqlite3 --migrate --clip-rows 500

The same seed gives the same entries, byte for byte. The accounts that act are made too, without passwords, and rows
for the clips that are looked at most (`--clip-rows`), so that their dossiers open; a clip has no files. A log that
holds entries is refused: what is made up here must never stand among what happened.

On PostgreSQL by COPY; when the role owns the table, its indexes are made again after it, which is several times faster.
"""

import argparse
import base64
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def settings(url: str, folder: Path) -> dict[str, str]:
    """The environment of a program of the site over this database, with keys in `folder` that nothing else uses."""
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    (keys / "secret_key").write_text(secrets.token_urlsafe(48))
    for name in ("receipt_keys", "outgoing_keys", "vault_keys", "subject_keys", "journal_keys"):
        (keys / name).write_text(f"b1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    files = (
        "SECRET_KEY_FILE",
        "RECEIPT_KEYS_FILE",
        "OUTGOING_KEYS_FILE",
        "VAULT_KEYS_FILE",
        "SUBJECT_KEYS_FILE",
        "SUBJECT_STORE_URL",
        "AUDIT_KEYS_DIR",
        "JOURNAL_FILE",
        "JOURNAL_KEYS_FILE",
    )
    return {
        # Nothing of a real installation in the caller's environment is ever touched.
        **{name: value for name, value in os.environ.items() if name not in files},
        "DJANGO_SETTINGS_MODULE": "reviewapp.settings.dev",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--url", required=True, help="postgresql://... or sqlite:///path, as DATABASE_URL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--migrate", action="store_true", help="make the tables first")
    parser.add_argument(
        "--days", type=int, default=730, help="the time in which all this happens, 30 or more"
    )
    parser.add_argument("--clip-rows", type=int, default=200, help="clips that get rows of their own")
    options = parser.parse_args()
    numbers = map(str, (options.entries, options.seed, options.clip_rows, int(options.migrate), options.days))
    with tempfile.TemporaryDirectory(prefix="log-data-") as folder:
        fill = [sys.executable, "-m", "benchmarks.log_fill", *numbers]
        return subprocess.run(fill, cwd=ROOT, env=settings(options.url, Path(folder))).returncode


if __name__ == "__main__":
    sys.exit(main())
