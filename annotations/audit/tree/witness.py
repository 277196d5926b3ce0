"""What a log asks of a witness, and the rules by which a witness answers (c2sp.org/tlog-witness, add-checkpoint).

Pure: who calls `judge` holds the witness's memory, and stores what it returns before any cosignature leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.epochs import Declaration
from annotations.audit.tree.merkle import EMPTY_ROOT, HASH_SIZE
from annotations.audit.tree.proofs import InvalidProof, verify_consistency
from annotations.audit.tree.signed_notes import PublicKey, SignedNote
from annotations.audit.tree.text import base64_decode, base64_encode, decimal

SIZE_TYPE = "text/x.tlog.size"
_PROOF_LIMIT = 63


class Refused(Exception):
    """The witness does not cosign: `status` is that of the HTTP answer; a conflict tells the size that it knows."""

    def __init__(self, status: int, reason: str, *, known_size: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.known_size = known_size


@dataclass(frozen=True)
class Request:
    """A checkpoint, as a signed note, with the proof that it continues the tree of `old` leaves."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def format(self) -> str:
        head = (f"old {self.old}", *map(base64_encode, self.proof), "")
        return "".join(f"{line}\n" for line in head) + self.checkpoint

    @classmethod
    def parse(cls, body: bytes) -> "Request":
        """Raises ValueError unless the body is a request in form."""
        head, blank, checkpoint = body.decode().partition("\n\n")
        old, *proof = head.split("\n")
        if not blank or not old.startswith("old "):
            raise ValueError("a request has the old size, the proof, an empty line and the checkpoint")
        hashes = tuple(map(base64_decode, proof))
        if len(hashes) > _PROOF_LIMIT or any(len(each) != HASH_SIZE for each in hashes):
            raise ValueError("a proof has at most 63 hashes of 32 bytes")
        return cls(decimal(old.removeprefix("old ")), hashes, checkpoint)


def judge(
    body: bytes,
    logs: Mapping[str, Sequence[PublicKey]],
    latest: Callable[[str], Checkpoint | None],
) -> Checkpoint:
    """The checkpoint that may be cosigned, once it is stored as the latest of its log.

    `logs` are the origins that the witness watches with their keys; `latest` gives what it cosigned last for an
    origin. Raises Refused with the status to answer.
    """
    try:
        request = Request.parse(body)
        note = signed_notes.parse(request.checkpoint)
        checkpoint = Checkpoint.parse(note.text)
    except ValueError as error:
        raise Refused(400, f"The request is not in form: {error}.") from None
    if checkpoint.origin not in logs:
        raise Refused(404, "This witness does not watch that log.")
    try:
        note.verify(logs[checkpoint.origin])
    except signed_notes.Untrusted as error:
        raise Refused(403, f"The checkpoint is not the log's: {error}.") from None
    if request.old > checkpoint.size:
        raise Refused(400, "The old size is larger than the checkpoint's.")
    known = latest(checkpoint.origin)
    known_size = known.size if known else 0
    if request.old != known_size:
        raise Refused(409, "The old size is not the one known here.", known_size=known_size)
    if known and known.size == checkpoint.size and known.root != checkpoint.root:
        raise Refused(409, "Another root was cosigned for this size.", known_size=known_size)
    if known and checkpoint.epoch < known.epoch:
        raise Refused(409, "Its epoch ended: the log declared a later one.", known_size=known_size)
    _check_proof(request, known, checkpoint)
    return checkpoint


def accepted(
    declaration: Declaration, note: SignedNote, keys: Sequence[PublicKey], known: Checkpoint | None
) -> Checkpoint:
    """What a witness knows of a log once its keeper has accepted the epoch: the tree from which the log goes on.

    `note` is the declaration's, `keys` are the log's, `known` is what the witness cosigned last. Nothing of the epochs
    before is cosigned afterwards. Raises Refused (409) when there is nothing to accept, or when the declaration does
    not explain what the witness cosigned; 403 when it is not the log's.
    """
    try:
        note.verify(keys)
        signed_notes.parse(declaration.lost).verify(keys)
    except signed_notes.Untrusted as error:
        raise Refused(403, f"The log has not signed it: {error}.") from None
    restored, last = declaration.restored, declaration.last
    if known is None or known.size <= restored.size:
        raise Refused(409, "This witness cosigned nothing that was lost: there is nothing to accept.")
    if known.epoch >= declaration.number:
        raise Refused(409, "This witness follows that epoch already.")
    if not declaration.covers(known.size, known.epoch):
        raise Refused(
            409,
            f"This witness cosigned {known.size} entries, more than the log says it had signed ({last.size}).",
        )
    if known.size == last.size and known.root != last.root:
        raise Refused(
            409, f"This witness cosigned other {known.size} entries than those that the log calls lost."
        )
    return restored.following(None, declaration.number)


def _check_proof(request: Request, known: Checkpoint | None, checkpoint: Checkpoint) -> None:
    try:
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise InvalidProof("an empty tree has the hash of nothing as its root")
        if request.old:
            root = known.root if known else EMPTY_ROOT
            verify_consistency(request.old, checkpoint.size, root, checkpoint.root, request.proof)
        elif request.proof:
            raise InvalidProof("from an empty tree there is nothing to prove")
    except InvalidProof as error:
        raise Refused(422, f"The consistency proof does not hold: {error}.") from None
