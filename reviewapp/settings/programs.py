"""Which program of the site is given which secret: the one table, which settings, Compose and `reviewapp.local` follow.

A program says who it is by the variable PROGRAM. What is not in its row is not read, even where it lies about, and
`reviewapp.checks` tells when it was given all the same. Without PROGRAM a process is given everything: for whoever
stands before the one machine, and for tests.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured

from reviewapp.settings import environment

DATABASE = "DATABASE_URL"
BROKER = "BROKER_URL"
SESSIONS = "SECRET_KEY_FILE"
RECEIPTS = "RECEIPT_KEYS_FILE"
VAULT = "VAULT_KEYS_FILE"
SUBJECTS = "SUBJECT_KEYS_FILE"
SUBJECT_STORE = "SUBJECT_STORE_URL"
JOURNAL = "JOURNAL_KEYS_FILE"
LOG = "AUDIT_KEYS_DIR"
OUTGOING = "OUTGOING_KEYS_FILE"
WEBHOOKS = "WEBHOOK_SECRETS_FILE"
MAIL = "MAIL_URL"
PROVIDER = "OIDC_CLIENT_SECRET_FILE"

SECRETS: Mapping[str, str] = {
    DATABASE: "the password of a role of the database",
    BROKER: "the password of the broker",
    SESSIONS: "Django's secret key: sessions, media tokens, forms",
    RECEIPTS: "the keys that sign links to owners' receipts",
    VAULT: "the keys that wrap the keys of originals",
    SUBJECTS: "the keys that wrap the keys of subjects",
    SUBJECT_STORE: "the store of subjects' keys, with its password",
    JOURNAL: "the keys that sign the journal",
    LOG: "the private keys that sign the log",
    OUTGOING: "the keys that seal addresses in outgoing messages",
    WEBHOOKS: "the secrets that sign webhooks",
    MAIL: "the mail server, with its password",
    PROVIDER: "what this site proves itself by at the sign-in provider",
}
"""What is secret, by the variable that names it or where it lies."""

_SEALED = {SUBJECTS, SUBJECT_STORE}
_WORKER = {DATABASE, BROKER, VAULT, *_SEALED, JOURNAL}

NEEDS: Mapping[str, frozenset[str]] = {
    name: frozenset(needed)
    for name, needed in {
        # Takes clips into the vault, and shows originals where break-glass allows it.
        "web": {*_WORKER, SESSIONS, RECEIPTS, OUTGOING},
        "worker-redact": _WORKER,
        "worker": _WORKER,
        # Says when what is due; it does nothing itself.
        "beat": {BROKER},
        # Signs the log. What the log tells in people's words it cannot read.
        "sequencer": {DATABASE, LOG},
        # The one that may call out: it can open nothing that is sealed, but for addresses of what it sends.
        "worker-outside": {DATABASE, BROKER, OUTGOING, WEBHOOKS, MAIL, PROVIDER},
        # Runs migrations, which seal, and restores, which compare keys with those of a backup.
        "migrate": _WORKER,
        # `manage.py` by hand. Who acts in their own name there gives their password, whose guesses are counted.
        "command": {*_WORKER, SESSIONS, RECEIPTS},
        # `manage.py audit keys` and `declare-epoch` by hand: the reason for an epoch is sealed.
        "log-command": {DATABASE, LOG, *_SEALED},
    }.items()
}
"""The secrets of each program, by its name."""


class Withheld(dict[str, bytes]):
    """The keys that a program is not given: whoever asks for one is told so, instead of that a thing is damaged."""

    def __init__(self, variable: str) -> None:
        super().__init__()
        self.variable = variable

    def _refuse(self, *_: object) -> NoReturn:
        raise ImproperlyConfigured(f"The program {own()} is not given {self.variable}.")

    __getitem__ = __iter__ = __len__ = items = values = keys = _refuse


def own() -> str:
    """The name of this program; empty where it has none. Raises ImproperlyConfigured when nobody knows the name."""
    name = os.environ.get("PROGRAM", "")
    if name and name not in NEEDS:
        raise ImproperlyConfigured(f"PROGRAM is {name!r}; it is one of {', '.join(NEEDS)}.")
    return name


def needed(variable: str) -> bool:
    """Whether this program is given the secret."""
    name = own()
    return not name or variable in NEEDS[name]


def text(variable: str, default: str | None = None) -> str:
    """As `environment.text`; empty in a program that is not given it."""
    return environment.text(variable, default) if needed(variable) else ""


def keyring(variable: str, default: Path | None = None) -> dict[str, bytes]:
    """The keys in the file that the variable names. Raises ImproperlyConfigured when they are used without need."""
    if not needed(variable):
        return Withheld(variable)
    return environment.keyring(environment.secret_file(variable, default))


def webhook_secrets() -> dict[str, list[bytes]]:
    """The secrets of each target of webhooks; none without need, or where no file is named."""
    given = needed(WEBHOOKS) and environment.text(WEBHOOKS, "")
    return environment.secrets_by_name(environment.secret_file(WEBHOOKS)) if given else {}


def client_secret() -> str:
    """What this site proves itself by at the sign-in provider; empty without need, or where no file is named."""
    return environment.secret_file(PROVIDER) if needed(PROVIDER) and os.environ.get(PROVIDER) else ""


def mail_server() -> dict[str, Any]:
    """Django's settings of the mail server; none without need, or where none is named."""
    url = text(MAIL, "")
    return environment.mail_server(url) if url else {}


def secret_keys(default: Path | None = None) -> list[str]:
    """Django's secret key, then those before it; an empty one, which Django refuses to use, without need."""
    if not needed(SESSIONS):
        return [""]
    lines = environment.secret_file(SESSIONS, default).splitlines()
    return [line.strip() for line in lines if line.strip()]


def databases(default: str | None = None) -> dict[str, Any]:
    """Django's DATABASES; none in a program that has no need of one."""
    return {"default": environment.database(environment.text(DATABASE, default))} if needed(DATABASE) else {}


def broker(default: str | None = None) -> tuple[str, dict[str, Any]]:
    """As `environment.broker`; one that reaches nobody in a program that has no need of one."""
    return environment.broker(environment.text(BROKER, default)) if needed(BROKER) else ("memory://", {})


def misplaced() -> list[str]:
    """The secrets that this program was given although it has no need of them."""
    return [name for name in SECRETS if os.environ.get(name) and not needed(name)]
