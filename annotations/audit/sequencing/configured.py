"""The keys and the sequencer of this process, as its settings say."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from annotations.audit.actors import SEQUENCER
from annotations.audit.keys import changes
from annotations.audit.keys.signing import KeyFolder
from annotations.audit.sequencing.sequencer import Sequencer


def own_keys() -> KeyFolder:
    """The folder of the log's private keys. Raises ImproperlyConfigured in a process that was given none."""
    if not settings.AUDIT_KEYS_DIR:
        raise ImproperlyConfigured("This process has no keys of the log: set AUDIT_KEYS_DIR.")
    return KeyFolder(Path(settings.AUDIT_KEYS_DIR), settings.AUDIT_ORIGIN)


def own_sequencer() -> Sequencer:
    """A sequencer with these keys; the first key is made when the log has none."""
    folder = own_keys()
    changes.ensure(folder, SEQUENCER)
    return Sequencer(folder)
