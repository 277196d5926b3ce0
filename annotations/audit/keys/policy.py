"""Which keys sign the log, from which size of its tree to which: a checkpoint carries the signature of each."""

from annotations.audit.models import KeyChange
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.signed_notes import PublicKey


def log_keys() -> list[LogKey]:
    """Every key that signs or ever signed, in the order in which they were added."""
    changes = list(KeyChange.objects.order_by("size", "id"))
    retired = {each.vkey: each.size for each in changes if each.kind == KeyChange.Kind.RETIRED}
    added = [each for each in changes if each.kind == KeyChange.Kind.ADDED]
    return [LogKey(each.vkey, each.size, retired.get(each.vkey)) for each in added]


def keys_at(size: int) -> list[PublicKey]:
    """The keys that all sign a checkpoint of this size."""
    return [key.public for key in log_keys() if key.signs(size)]
