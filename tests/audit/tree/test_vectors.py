"""Every published vector, whichever of the same kinds lie in VECTORS_DIR."""

import base64
import hashlib
import json
import struct
from typing import Any

import pytest
import rfc8785

from annotations.audit.canonical import canonical
from annotations.audit.tree import proofs, signed_notes, tiles, witness
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash
from annotations.audit.tree.signed_notes import COSIGNATURE, ED25519, PrivateKey, PublicKey
from annotations.audit.tree.text import base64_decode
from annotations.audit.tree.tlog_proof import TlogProof
from tests.audit.tree import client, reference, vectors

pytestmark = pytest.mark.once


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def name(case: Any) -> str:
    return str(case.get("case") or case.get("desc")) if isinstance(case, dict) else ""


def accepted(refuses: type[ValueError], check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except refuses:
        return False
    return True


def ascii_or_hex(case: dict[str, str], key: str) -> bytes:
    return bytes.fromhex(case[f"{key}_hex"]) if f"{key}_hex" in case else case[f"{key}_ascii"].encode()


def test_hashes() -> None:
    content = vectors.load("rfc6962_hashes")
    for case in content["hasher"]:
        if "left_ascii" in case or "left_hex" in case:
            made = node_hash(ascii_or_hex(case, "left"), ascii_or_hex(case, "right"))
        elif "leaf_ascii" in case or "leaf_hex" in case:
            made = leaf_hash(ascii_or_hex(case, "leaf"))
        else:
            made = EMPTY_ROOT
        assert made.hex() == case["sha256_hex"], case["what"]
    one, two = leaf_hash(b"Hello"), leaf_hash(b"World")
    assert len({leaf_hash(one + two), node_hash(one, two), node_hash(two, one)}) == 3


def test_tree_of_eight() -> None:
    tree = vectors.load("rfc6962_hashes")["tree8"]
    frontier, levels = Frontier(), tree["node_hashes_by_level_hex"]
    roots = [frontier.root().hex()]
    told = 0
    for leaf in tree["leaves_hex"]:
        for each in frontier.append(leaf_hash(bytes.fromhex(leaf))):
            assert each.hash.hex() == levels[each.level][each.index]
            told += 1
        roots.append(frontier.root().hex())
    assert roots == tree["root_by_size_hex"]
    assert told == sum(map(len, levels))


def test_all_subtree_hashes_up_to_130_leaves() -> None:
    case = vectors.load("rfc6962_hashes")["exhaustive_subtree_hash"]
    frontier, nodes = Frontier(), {}
    for n in range(130):
        nodes.update({(each.level, each.index): each.hash for each in frontier.append(leaf_hash(bytes([n])))})
    digest = hashlib.sha256()
    for end in range(131):
        for start in range(end + 1):
            width = 1 << (end - start - 1).bit_length() if end > start else 1
            if start == 0 or start == end or start % width == 0:
                made = proofs.subtree_hash(start, end, lambda level, index: nodes[level, index])
                digest.update(f"[{start}, {end}) {made.hex()}\n".encode())
    assert digest.hexdigest() == case["sha256_hex"]


@pytest.mark.parametrize("case", vectors.cases("proofs_inclusion"), ids=name)
def test_inclusion(case: dict[str, Any]) -> None:
    proof = [raw(each) for each in case["proof"] or []]
    arguments = raw(case["leafHash"] or ""), case["leafIdx"], case["treeSize"], proof, raw(case["root"] or "")
    assert accepted(proofs.InvalidProof, proofs.verify_inclusion, *arguments) is not case["wantErr"]


@pytest.mark.parametrize("case", vectors.cases("proofs_consistency"), ids=name)
def test_consistency(case: dict[str, Any]) -> None:
    proof = [raw(each) for each in case["proof"] or []]
    arguments = case["size1"], case["size2"], raw(case["root1"] or ""), raw(case["root2"] or ""), proof
    assert accepted(proofs.InvalidProof, proofs.verify_consistency, *arguments) is not case["wantErr"]


@pytest.mark.parametrize("case", vectors.cases("proofs_subtreeinclusion"), ids=name)
def test_subtree_inclusion(case: dict[str, Any]) -> None:
    proof = [raw(each) for each in case["proof"] or []]
    place = case["leafIdx"], case["start"], case["end"]
    arguments = raw(case["leafHash"] or ""), *place, proof, raw(case["root"] or "")
    assert accepted(proofs.InvalidProof, client.verify_subtree_inclusion, *arguments) is not case["wantErr"]


@pytest.mark.parametrize("case", vectors.cases("proofs_subtreeconsistency"), ids=name)
def test_subtree_consistency(case: dict[str, Any]) -> None:
    proof = [raw(each) for each in case["proof"] or []]
    place = case["start"], case["end"], case["size"]
    arguments = *place, proof, raw(case["root1"] or ""), raw(case["root2"] or "")
    assert accepted(proofs.InvalidProof, proofs.verify_subtree, *arguments) is not case["wantErr"]


@pytest.mark.parametrize("case", vectors.cases("checkpoint_body"), ids=name)
def test_checkpoint_bodies(case: dict[str, Any]) -> None:
    assert accepted(ValueError, Checkpoint.parse, case["body"]) is (case["c2sp_strict_want"] == "accept")
    if case["c2sp_strict_want"] == "accept":
        assert Checkpoint.parse(case["body"]).format() == case["body"]
    if "root_is_leaf_hash_of" in case:
        assert Checkpoint.parse(case["body"]).root == leaf_hash(case["root_is_leaf_hash_of"].encode())


@pytest.mark.parametrize("case", vectors.cases("checkpoint_body", "cosignature_v1"), ids=name)
def test_cosignatures(case: dict[str, Any]) -> None:
    (signature,) = signed_notes.parse_signatures(case["signature_line"] + "\n")
    assert signature.line == case["signature_line"] + "\n"
    assert signature.key_id.hex() == case["want_key_id_hex"]
    assert signature.timestamp == case["want_timestamp"]
    header, time, body = case["message"].split("\n", 2)
    assert (header, time) == ("cosignature/v1", f"time {signature.timestamp}")
    assert Checkpoint.parse(body).format() == body
    key = PrivateKey.generate(signature.name, COSIGNATURE)
    made = key.sign(body, timestamp=signature.timestamp)
    key.secret.public_key().verify(made.content[8:], case["message"].encode())
    assert key.public.is_signed(body, made)


@pytest.mark.parametrize("case", vectors.cases("signed_note", "sign"), ids=name)
def test_signing(case: dict[str, Any]) -> None:
    if case.get("want") == "reject":
        with pytest.raises(signed_notes.InvalidSignedNote):
            signed_notes.sign(case["text"], PrivateKey.generate("somebody"))
        return
    key = PrivateKey.parse(case["test_signing_key"])
    assert key.skey == case["test_signing_key"]
    assert key.public.vkey == case["vkey"]
    assert signed_notes.sign(case["text"], key) == case["want_note"]


@pytest.mark.parametrize("case", vectors.cases("signed_note", "open"), ids=name)
def test_opening(case: dict[str, Any]) -> None:
    content = raw(case["note_base64"])
    keys = [PublicKey.parse(each) for each in case["trusted_vkeys"]]
    if case["want"] == "reject":
        with pytest.raises(signed_notes.InvalidSignedNote):
            signed_notes.parse(content).verify(keys)
        return
    note = signed_notes.parse(content)
    assert note.format().encode() == content
    verified = [each.name for each in note.verify(keys)]
    assert verified == case.get("want_verified", verified)
    others = {each.name for each in note.signatures} - set(verified)
    assert others == set(case.get("want_unverified", others))


@pytest.mark.parametrize("case", vectors.cases("signed_note", "vkey"), ids=lambda case: case["vkey"])
def test_verifier_keys(case: dict[str, Any]) -> None:
    assert accepted(signed_notes.InvalidSignedNote, PublicKey.parse, case["vkey"]) is (
        case["want"] == "accept"
    )
    if case["want"] == "accept":
        vkey = case["vkey"]
        assert PublicKey.parse(vkey).vkey == vkey
        parts = {vkey[a:b] for a in range(len(vkey)) for b in range(a + 1, len(vkey) + 1)} - {vkey}
        raised = {vkey[:n] + chr(ord(vkey[n]) + 1) + vkey[n + 1 :] for n in range(len(vkey))}
        assert not any(
            accepted(signed_notes.InvalidSignedNote, PublicKey.parse, each) for each in parts | raised
        )


@pytest.mark.parametrize("case", vectors.cases("signed_note", "log_id_sha256_of_o_colon_origin"), ids=str)
def test_log_ids_hash_the_origin_with_its_letter(case: dict[str, Any]) -> None:
    # Not used here: a witness's own hash of an origin is that of the origin alone.
    assert hashlib.sha256(f"o:{case['origin']}".encode()).hexdigest() == case["sha256_hex"]


def test_tile_paths() -> None:
    content = vectors.load("tile_paths")
    for case in content["tile"]:
        tile = tiles.Tile(case["level"], case["index"], case["partial"] or tiles.WIDTH)
        assert tile.path == case["path"]
        assert client.parse_path(case["path"]) == tile
    for case in content["entries"]:
        tile = tiles.bundle_of(case["seq"], case["log_size"])
        assert tile.path == case["path"]
        assert client.parse_path(case["path"]) == tile
    for case in content["parse"]:
        path, want = f"tile/{case['level_str']}/{case['index_str']}", case["want"]
        if want == "reject":
            with pytest.raises(tiles.InvalidTile):
                client.parse_path(path)
        else:
            assert client.parse_path(path) == tiles.Tile(
                want["level"], want["index"], want["partial"] or tiles.WIDTH
            )
    for case in content["inventory"]:
        found: dict[str, dict[str, int]] = {}
        for tile in tiles.inventory(case["tree_size"]):
            counts = found.setdefault(str(tile.level), {"full": 0, "partial_width": 0})
            if tile.width == tiles.WIDTH:
                counts["full"] += 1
            else:
                counts["partial_width"] = tile.width
        assert found == {level: {"partial_width": 0, **counts} for level, counts in case["tiles"].items()}


def test_tlog_proofs() -> None:
    content = vectors.load("tlog_proof")
    for case in content["marshal"]:
        extra = raw(case["extra_base64"]) if case.get("extra_base64") else None
        proof = TlogProof(case["index"], tuple(map(raw, case["hashes_base64"])), case["checkpoint"], extra)
        assert proof.format() == case["want"]
        assert TlogProof.parse(case["want"]) == proof
    for case in content["refuse"]:
        with pytest.raises(proofs.InvalidProof):
            TlogProof.parse(case["proof"])


def test_a_whole_log_of_tiles() -> None:
    log = vectors.load("tlog_tiles_log")
    key = PrivateKey.parse(log["test_signing_key"])
    assert key.public.vkey == log["vkey"]
    whole = [each.encode() for each in log["entries_utf8"]]
    for step in log["sizes"]:
        entries = whole[: step["size"]]
        frontier = Frontier()
        for entry in entries:
            frontier.append(leaf_hash(entry))
        body = Checkpoint(log["origin"], len(entries), frontier.root()).format()
        assert signed_notes.sign(body, key) == step["checkpoint"]
        assert signed_notes.parse(step["checkpoint"]).verify([PublicKey.parse(log["vkey"])])
        hash_tiles, bundles = list(tiles.inventory(len(entries))), list(tiles.bundles(len(entries)))
        assert [tile.path for tile in hash_tiles] == ([step["tile_path"]] if step["tile_path"] else [])
        assert [tile.path for tile in bundles] == ([step["bundle_path"]] if step["bundle_path"] else [])
        for tile in hash_tiles:
            content = reference.hashes(tile, reference.nodes(entries))
            assert content == raw(step["tile_base64"])
            assert client.split_hashes(content, tile.width) == [leaf_hash(each) for each in entries]
        for tile in bundles:
            assert tiles.bundle(entries) == raw(step["bundle_base64"])
            assert client.split_bundle(raw(step["bundle_base64"]), tile.width) == entries


@pytest.mark.parametrize("case", vectors.cases("rekor_v2_checkpoints"), ids=name)
def test_entries_of_a_real_log(case: dict[str, Any]) -> None:
    key = PublicKey.parse(case["vkey"])
    proof = TlogProof(case["leaf_index"], tuple(map(raw, case["proof_base64"])), case["checkpoint"])
    entry = raw(case["leaf_base64"])
    if case["want"] == "reject":
        with pytest.raises(ValueError, match=r"."):
            proof.verify(entry, key.name, [key])
        return
    checkpoint = TlogProof.parse(proof.format()).verify(entry, key.name, [key])
    with pytest.raises(proofs.InvalidProof):
        proof.verify(entry + b"!", key.name, [key])
    with pytest.raises(proofs.InvalidProof):
        proof.verify(entry, "another.log", [key])
    assert checkpoint.size > case["leaf_index"]


def test_a_witness_answers_as_the_text_says() -> None:
    content = vectors.load("witness_add_checkpoint")
    public = bytes.fromhex(content["log_ed25519_public_key_hex"])
    origin = content["log_origin"]
    logs = {origin: [PublicKey(origin, ED25519, public)]}
    known: dict[str, Checkpoint] = {}
    for step in content["steps"]:
        try:
            checkpoint = witness.judge(step["request_body"].encode(), logs, known.get)
            known[checkpoint.origin], status = checkpoint, 200
        except witness.Refused as refused:
            status = refused.status
        assert status == step["c2sp_status"], step["desc"]


def test_canonical_json() -> None:
    """The log's own profile has no floats: what it takes, it writes as the RFC does, and it refuses the rest."""
    content = vectors.load("jcs_rfc8785")
    for case in content["documents"]:
        value = json.loads(raw(case["input_base64"]))
        assert rfc8785.dumps(value) == raw(case["want_base64"])
        whole = value if isinstance(value, dict) else {"value": value}
        if has_float(value):
            with pytest.raises(ValueError, match="no place"):
                canonical(whole)
        else:
            want = raw(case["want_base64"])
            assert canonical(whole) == (want if isinstance(value, dict) else b'{"value":' + want + b"}")
    for case in content["numbers"]:
        (number,) = struct.unpack(">d", bytes.fromhex(case["ieee754_hex"]))
        if case["want"] is None:
            with pytest.raises(rfc8785.FloatDomainError):
                rfc8785.dumps(number)
        else:
            assert rfc8785.dumps(number) == case["want"].encode()
        with pytest.raises(ValueError, match="no place"):
            canonical({"value": number})
    for case in content["integers"]:
        number = int(case["value"])
        if case["want"] == "accept":
            assert canonical({"value": number}) == f'{{"value":{number}}}'.encode()
        else:
            with pytest.raises(ValueError, match="2\\^53"):
                canonical({"value": number})


def has_float(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(has_float, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


def test_no_file_of_vectors_is_left_out() -> None:
    place = vectors.folder()
    assert place
    known = """checkpoint_body jcs_rfc8785 proofs_consistency proofs_inclusion proofs_subtreeconsistency
        proofs_subtreeinclusion rekor_v2_checkpoints rfc6962_hashes signed_note tile_paths tlog_proof tlog_tiles_log
        witness_add_checkpoint"""
    assert {each.stem for each in place.glob("*.json")} <= set(known.split())
    assert base64_decode("AA==") == b"\x00"
