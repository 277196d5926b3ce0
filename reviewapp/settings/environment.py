"""Reading the environment: the only place that does, used by the settings modules alone."""

import base64
import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_SHORTEST_SECRET = 24
_SHA256 = re.compile(r"[0-9a-f]{64}")


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without a default a missing one stops the start with its name."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def path(name: str) -> Path | None:
    """The path that the variable names; None when it is not set."""
    value = os.environ.get(name)
    return Path(value) if value else None


def flag(name: str, *, default: bool = False) -> bool:
    """Whether the variable is 1; the default when it is not set."""
    return os.environ.get(name, "1" if default else "") == "1"


def number(name: str, default: int) -> int:
    value = os.environ.get(name)
    return default if value is None else int(value)


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def roles_by_group(name: str) -> list[tuple[str, str]]:
    """Groups with the role that each gives, in their order, from `group=role, group=role`."""
    found = []
    for item in items(name):
        left, equals, right = item.rpartition("=")
        if not equals or not left.strip() or not right.strip():
            raise ImproperlyConfigured(f"{name}: write group=role each time, with commas between them.")
        found.append((left.strip(), right.strip()))
    return found


def secret_file(name: str, default: Path | None = None) -> str:
    """The content of the file that the variable (or the default) names, stripped."""
    path = Path(text(name, str(default) if default else None))
    try:
        return path.read_text().strip()
    except FileNotFoundError as error:
        raise ImproperlyConfigured(f"{name} names {path}, which does not exist.") from error


def keyring(content: str) -> dict[str, bytes]:
    """Key-encryption keys from lines `id:base64-of-32-bytes`; new things use the first."""
    keys = {}
    for line in content.splitlines():
        if line.strip():
            identifier, _, encoded = line.strip().partition(":")
            keys[identifier] = base64.b64decode(encoded)
            if len(keys[identifier]) != 32:
                raise ImproperlyConfigured(f"Key {identifier} is not 32 bytes long.")
    if not keys:
        raise ImproperlyConfigured("A key file holds no key.")
    return keys


def database(url: str) -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgresql://user:password@host:port/name`.

    SQLite writes take the lock at once (IMMEDIATE) and survive a power cut (synchronous FULL); PostgreSQL uses
    psycopg's pool. Both as measured for claims under load.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/"))
            if not parts.path.startswith("//")
            else parts.path[1:],
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": number("DATABASE_POOL_SIZE", 4)}},
        }
    raise ImproperlyConfigured(f"DATABASE_URL has the scheme {parts.scheme!r}; use sqlite or postgresql.")


def pairs(name: str) -> dict[str, str]:
    """Names with what each stands for, from `name value, name value`."""
    found = {}
    for item in items(name):
        parts = item.split()
        if len(parts) != 2 or not _FILE_NAME.fullmatch(parts[0]):
            raise ImproperlyConfigured(
                f"{name}: give a name of small letters and what it stands for each time."
            )
        found[parts[0]] = parts[1]
    return found


def secrets_by_name(content: str) -> dict[str, list[bytes]]:
    """Several secrets for each name, from lines `name:base64`, with or without `whsec_` before the latter."""
    found: dict[str, list[bytes]] = {}
    for line in filter(str.strip, content.splitlines()):
        name, _, encoded = line.strip().partition(":")
        secret = base64.b64decode(encoded.removeprefix("whsec_"))
        if len(secret) < _SHORTEST_SECRET:
            raise ImproperlyConfigured(f"The secret of {name} is shorter than {_SHORTEST_SECRET} bytes.")
        found.setdefault(name, []).append(secret)
    return found


def mail_server(url: str) -> dict[str, Any]:
    """Django's settings for `smtp://user:password@host:587` (STARTTLS), `smtps://` (TLS) or `smtp+plain://`."""
    parts = urlsplit(url)
    ports = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(
            "MAIL_URL begins with smtp://, smtps:// or smtp+plain://, and names a host."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def networks(name: str) -> dict[str, tuple[Network, ...]]:
    """By role, from `role network network, role network`: `contractor 192.0.2.0/24 2001:db8::/32, lead 192.0.2.7/32`.

    Which roles there are is checked when the site starts (`accounts.checks`).
    """
    found: dict[str, tuple[Network, ...]] = {}
    for item in items(name):
        role, *written = item.split()
        try:
            parsed = tuple(ipaddress.ip_network(each) for each in written)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}.") from None
        if not parsed or role in found:
            raise ImproperlyConfigured(f"{name}: give each role once, with its networks.")
        found[role] = parsed
    return found


def witnesses(name: str) -> list[tuple[str, str]]:
    """Who cosigns the log: address and verifier key of each, from `https://address key, https://address key`."""
    found = []
    for item in items(name):
        address, _, key = item.partition(" ")
        if not address.startswith(("https://", "http://")) or not key.strip():
            raise ImproperlyConfigured(f"{name}: {item!r} is not an address and a verifier key.")
        found.append((address, key.strip()))
    return found


@dataclass(frozen=True)
class ModelSource:
    """Where a model file comes from, and the SHA-256 that it must have, in hexadecimal."""

    address: str
    sha256: str


def model_sources(name: str) -> dict[str, ModelSource]:
    """By the file's name, from `name https://address sha256, name https://address sha256`."""
    found = {}
    for item in items(name):
        parts = item.split()
        if len(parts) != 3 or not _FILE_NAME.fullmatch(parts[0]) or not _SHA256.fullmatch(parts[2]):
            # Without the item itself: the address may hold a password.
            raise ImproperlyConfigured(f"{name}: give a file's name, its address and its SHA-256 each time.")
        found[parts[0]] = ModelSource(parts[1], parts[2])
    return found


def broker(url: str) -> tuple[str, dict[str, Any]]:
    """Celery's URL and transport options for the broker that the URL names.

    `filesystem:///folder` keeps messages in that folder (mode 0700), control messages included: kombu would
    put those into the working directory.
    """
    parts = urlsplit(url)
    if parts.scheme == "filesystem":
        folder = Path(parts.path)
        for name in ("messages", "control", "processed"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        return (
            "filesystem://localhost",
            {
                "data_folder_in": str(folder / "messages"),
                "data_folder_out": str(folder / "messages"),
                "control_folder": str(folder / "control"),
                "processed_folder": str(folder / "processed"),
                "store_processed": False,
                "polling_interval": 0.2,
            },
        )
    if parts.scheme in {"redis", "rediss"}:
        return (
            url,
            {
                "visibility_timeout": 2400,
                "unacked_restore_throttle": 1,
                "unacked_restore_interval": 10,
                "socket_timeout": 30,
                "socket_keepalive": True,
            },
        )
    if parts.scheme in {"amqp", "amqps"}:
        return url, {"confirm_publish": True}
    raise ImproperlyConfigured(f"BROKER_URL has the scheme {parts.scheme!r}; use filesystem, redis or amqp.")
