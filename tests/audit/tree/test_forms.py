"""Each text has one spelling: what is not exactly in form is refused."""

import pytest
from hypothesis import given, strategies as st

from annotations.audit.tree import signed_notes, tiles, witness
from annotations.audit.tree.checkpoints import Checkpoint, InvalidCheckpoint
from annotations.audit.tree.merkle import EMPTY_ROOT, leaf_hash
from annotations.audit.tree.proofs import InvalidProof
from annotations.audit.tree.signed_notes import COSIGNATURE, PrivateKey, PublicKey
from annotations.audit.tree.text import base64_decode, base64_encode, decimal
from annotations.audit.tree.tlog_proof import TlogProof
from tests.audit.tree import client

pytestmark = pytest.mark.once

LOG = PrivateKey.generate("example.com/log")
OTHER = PrivateKey.generate("example.com/log")
WITNESS = PrivateKey.generate("witness.example/w", COSIGNATURE)
ROOT = base64_encode(EMPTY_ROOT)
TEXT = "one line\n"


@given(st.binary(max_size=40))
def test_bytes_have_one_spelling(data: bytes) -> None:
    text = base64_encode(data)
    assert base64_decode(text) == data
    for other in (text + "\n", text + "=", text[:-1], " " + text, text.replace("=", "")):
        if other != text:
            with pytest.raises(ValueError, match="base64"):
                base64_decode(other)


@pytest.mark.parametrize("text", ["AB==", "AAB=", "A A=", "AA==AA==", "é", "AA-_"])
def test_other_spellings_of_bytes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        base64_decode(text)


@pytest.mark.parametrize(
    "text", ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "١", "1e3", str(2**64), "9" * 30]
)
def test_numbers_have_one_spelling(text: str) -> None:
    assert decimal(str(2**64 - 1)) == 2**64 - 1
    with pytest.raises(ValueError, match="decimal"):
        decimal(text)


NO_PATHS = """tile/0/0 tile/0/0000 tile/00/000 tile/0/x000/001 tile/0/000.p/0 tile/0/000.p/256 tile/0/000.p/01
    tile/-1/000 tile/0/000/ /tile/0/000 tile/0/000.p/1.p/1 tiles/0/000 tile/0/x001/x002 tile/entries/1
    tile/Entries/001 tile/0/../000 tile/0/٠٠٠ tile//000"""


@pytest.mark.parametrize("path", NO_PATHS.split())
def test_paths_have_one_spelling(path: str) -> None:
    with pytest.raises(tiles.InvalidTile):
        client.parse_path(path)


@given(
    st.builds(
        tiles.Tile,
        st.none() | st.integers(0, 63),
        st.integers(0, 10**18 - 1),
        st.integers(1, 256),
    )
)
def test_a_path_tells_its_tile(tile: tiles.Tile) -> None:
    assert client.parse_path(tile.path) == tile


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_a_bundle_tells_its_entries(entries: list[bytes]) -> None:
    content = tiles.bundle(entries)
    assert client.split_bundle(content, len(entries)) == entries
    for damaged, width in (
        (content + b"\x00", len(entries)),
        (content, len(entries) + 1),
        (content[:-1], len(entries)),
    ):
        if damaged != content or width != len(entries):
            with pytest.raises(tiles.InvalidTile):
                client.split_bundle(damaged, width)


def test_the_longest_entry_fits_and_a_longer_one_is_refused() -> None:
    longest = b"x" * tiles.ENTRY_LIMIT
    assert client.split_bundle(tiles.bundle([longest, b""]), 2) == [longest, b""]
    with pytest.raises(tiles.InvalidTile, match="65536"):
        tiles.bundle([longest + b"x"])
    with pytest.raises(tiles.InvalidTile):
        client.split_hashes(EMPTY_ROOT, 2)
    with pytest.raises(ValueError, match="no entry"):
        tiles.bundle_of(3, 3)


NO_CHECKPOINTS = (
    f"log\n0\n{ROOT}",
    f"\n0\n{ROOT}\n",
    f"log\n00\n{ROOT}\n",
    f"log\n-0\n{ROOT}\n",
    f"log\n1 \n{ROOT}\n",
    f"log\n0\n{ROOT[:-1]}\n",
    f"log\n0\n{ROOT}\n\n",
    f"log\n0\n{ROOT}\n\nx\n",
    f"log\n{2**64}\n{ROOT}\n",
    "log\n0\nAAAA\n",
    "\n\n\n",
    "",
)


@pytest.mark.parametrize("body", NO_CHECKPOINTS)
def test_checkpoints_have_one_spelling(body: str) -> None:
    with pytest.raises(InvalidCheckpoint):
        Checkpoint.parse(body)


def test_a_checkpoint_keeps_its_extensions() -> None:
    checkpoint = Checkpoint("log with spaces", 7, EMPTY_ROOT, ("more", "and more"))
    assert Checkpoint.parse(checkpoint.format()) == checkpoint


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note.encode()[:-1],
        lambda note: note.encode().replace(b"\n\n", b"\n"),
        lambda note: b"\xff" + note.encode(),
        lambda note: b"\x0b" + note.encode(),
        lambda note: note.replace("— ", "- ").encode(),
        lambda note: note.replace("— ", "—  ").encode(),
        lambda note: note.replace("example.com/log ", "example.com/log\u00a0 ").encode(),
        lambda note: note.replace("example.com/log ", "example.com/l+g ").encode(),
        lambda note: note.replace("example.com/log ", "").encode(),
        lambda note: (note + "\n").encode(),
        lambda note: (note + "— a AAAAAA==\n").encode(),
        lambda note: note.replace("=\n", "\n").encode(),
        lambda note: note.replace("=\n", "\r=\n").encode(),
        lambda note: note.encode() + b"\xe2\x80\x94 a " + b"A" * 1_000_000 + b"\n",
        lambda note: (TEXT + "\n" + note.partition("\n\n")[2] * 101).encode(),
    ],
)
def test_what_is_no_note_is_refused(damage: object) -> None:
    note = signed_notes.sign(TEXT, LOG)
    assert callable(damage)
    with pytest.raises(signed_notes.InvalidSignedNote):
        signed_notes.parse(damage(note))


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    same_id = signed_notes.Signature("another", LOG.public.key_id, b"x" * 64)
    note = signed_notes.parse(signed_notes.sign(TEXT, OTHER, LOG) + same_id.line)
    assert note.verify([LOG.public]) == [LOG.sign(TEXT)]
    with pytest.raises(signed_notes.Untrusted, match="no trusted key"):
        note.verify([WITNESS.public])


def test_a_key_that_signs_twice_counts_once_and_each_of_its_signatures_must_hold() -> None:
    twice = signed_notes.parse(signed_notes.sign(TEXT, LOG, LOG, OTHER))
    assert len(twice.verify([LOG.public])) == 1
    assert len(twice.verify([LOG.public, OTHER.public])) == 2
    wrong = signed_notes.Signature(LOG.name, LOG.public.key_id, b"x" * 64)
    with pytest.raises(signed_notes.Untrusted, match="wrong"):
        signed_notes.parse(signed_notes.sign(TEXT, LOG) + wrong.line).verify([LOG.public])


def test_a_cosignature_is_of_its_time() -> None:
    made = WITNESS.sign(TEXT, timestamp=1_700_000_000)
    assert made.timestamp == 1_700_000_000
    assert WITNESS.public.is_signed(TEXT, made)
    later = signed_notes.Signature(
        made.name, made.key_id, (1_700_000_001).to_bytes(8, "big") + made.content[8:]
    )
    assert not WITNESS.public.is_signed(TEXT, later)
    assert not WITNESS.public.is_signed(
        TEXT, signed_notes.Signature(made.name, made.key_id, made.content[8:])
    )
    with pytest.raises(signed_notes.InvalidSignedNote, match="72"):
        _ = LOG.sign(TEXT).timestamp
    with pytest.raises(signed_notes.InvalidSignedNote, match=r"2\^63"):
        WITNESS.sign(TEXT, timestamp=2**63)


def test_keys_are_told_apart_by_kind() -> None:
    cosigner = PrivateKey(LOG.name, COSIGNATURE, LOG.secret)
    assert cosigner.public.key_id != LOG.public.key_id
    assert PublicKey.parse(cosigner.public.vkey) == cosigner.public
    assert PrivateKey.parse(WITNESS.skey).public == WITNESS.public
    with pytest.raises(signed_notes.InvalidSignedNote):
        PrivateKey("a b", 1, LOG.secret)
    with pytest.raises(signed_notes.InvalidSignedNote):
        PrivateKey("a", 2, LOG.secret)
    with pytest.raises(signed_notes.InvalidSignedNote):
        PrivateKey.parse(LOG.skey.replace("PRIVATE", "PUBLIC"))
    assert LOG.skey[-20:] not in repr(LOG)


V1 = "c2sp.org/tlog-proof@v1\n"
NO_PROOFS = (
    "",
    V1,
    f"{V1}index 1\n\n",
    f"{V1}index 01\n\nx\n",
    f"{V1}index 1\nAAAA\n\nx\n",
    f"{V1}extra !\nindex 1\n\nx\n",
    f"{V1}index 1\nextra AA==\n\nx\n",
    f"{V1}extra AA==\n\nx\n",
    f"{V1}index 1\n\nx",
    f"{V1}index 1\n" + f"{ROOT}\n" * 65 + "\nx\n",
    "c2sp.org/tlog-proof@v2\nindex 1\n\nx\n",
)


@pytest.mark.parametrize("text", NO_PROOFS)
def test_proofs_have_one_spelling(text: str) -> None:
    with pytest.raises(InvalidProof):
        TlogProof.parse(text)


def test_a_proof_shows_one_entry_in_one_log() -> None:
    body = Checkpoint(LOG.name, 1, leaf_hash(b"entry")).format()
    proof = TlogProof(0, (), signed_notes.sign(body, LOG), b"more")
    assert TlogProof.parse(proof.format()).verify(b"entry", LOG.name, [LOG.public]).size == 1
    with pytest.raises(InvalidProof):
        proof.verify(b"entry2", LOG.name, [LOG.public])
    with pytest.raises(InvalidProof, match="not of"):
        proof.verify(b"entry", "elsewhere", [LOG.public])
    with pytest.raises(signed_notes.Untrusted):
        proof.verify(b"entry", LOG.name, [OTHER.public])


@given(st.integers(0, 2**64 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.text())
def test_a_request_tells_what_it_asks(old: int, proof: list[bytes], checkpoint: str) -> None:
    encodable = checkpoint.encode("utf-8", "replace").decode()
    request = witness.Request(old, tuple(proof), encodable)
    assert witness.Request.parse(request.format().encode()) == request


def test_a_tile_s_number_has_64_bits() -> None:
    assert tiles.index_path(2**64 - 1) == "x018/x446/x744/x073/x709/x551/615"
    for index in (2**64, -1):
        with pytest.raises(tiles.InvalidTile, match="64 bits"):
            tiles.index_path(index)
