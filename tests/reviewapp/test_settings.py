"""Settings of servers, as a process finds them that was started with the environment of one."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
TELL = """
import json
from django.conf import settings
names = [name for name in dir(settings) if name.isupper()]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("production")
    (folder / "secret").write_text("s3cret-" + "x" * 60)
    (folder / "keys").write_text("k1:" + base64.b64encode(b"k" * 32).decode())
    files = (
        "VAULT_KEYS_FILE",
        "SUBJECT_KEYS_FILE",
        "JOURNAL_KEYS_FILE",
        "RECEIPT_KEYS_FILE",
        "OUTGOING_KEYS_FILE",
    )
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "reviewapp.settings.production",
            "SECRET_KEY_FILE": str(folder / "secret"),
            **{name: str(folder / "keys") for name in files},
            "ALLOWED_HOSTS": "review.example.org",
            "CSRF_TRUSTED_ORIGINS": "https://review.example.org",
            "DATABASE_URL": "postgresql://review_app:one@postgres:5432/review",
            "BROKER_URL": "redis://:two@redis:6379/0",
            "SUBJECT_STORE_URL": "postgresql://subjects:three@subjects:5432/subjects",
            "AUDIT_ORIGIN": "review.example.org/log",
            "JOURNAL_FILE": str(folder / "journal"),
            "MEDIA_DIR": str(folder),
            "STATIC_DIR": str(folder),
            "MODELS_DIR": str(folder),
        },
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_cookies_go_over_tls_to_this_host_alone(production: dict[str, Any]) -> None:
    for cookie in ("SESSION", "CSRF"):
        assert production[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert production[f"{cookie}_COOKIE_SECURE"] is True
        assert production[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
        assert production[f"{cookie}_COOKIE_DOMAIN"] is None
    assert production["SESSION_COOKIE_HTTPONLY"] is True


def test_browsers_keep_to_tls_for_a_year_with_all_subdomains(production: dict[str, Any]) -> None:
    assert production["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert production["SECURE_SSL_REDIRECT"] is True


def test_nothing_for_development_is_on(production: dict[str, Any]) -> None:
    assert production["DEBUG"] is False
    assert "*" not in production["ALLOWED_HOSTS"]
    assert not {"django.contrib.admin", "debug_toolbar"} & set(production["INSTALLED_APPS"])


def test_messages_to_workers_are_plain_data(production: dict[str, Any]) -> None:
    assert production["CELERY_TASK_SERIALIZER"] == "json"
    assert production.get("CELERY_ACCEPT_CONTENT", ["json"]) == ["json"]


def test_passwords_are_hashed_by_argon2_and_asked_for_by_length_alone(production: dict[str, Any]) -> None:
    assert production["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    names = [each["NAME"].rsplit(".", 1)[1] for each in production["AUTH_PASSWORD_VALIDATORS"]]
    assert not [name for name in names if "Numeric" in name or "Symbol" in name or "Upper" in name]
