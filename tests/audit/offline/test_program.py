"""The verifier as a program that somebody else runs: its exit codes, its words, its proofs, and every byte."""

import ast
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from annotations.audit.offline import verify_log
from annotations.audit.tree.signed_notes import PublicKey
from annotations.audit.tree.tlog_proof import TlogProof
from tests.audit.offline.made import ORIGIN, Made, codes, entry, rebundle, reseal

pytestmark = pytest.mark.once


def run(export: Path, *arguments: str, output: int = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
    """The export's own copy, in a process that sees nothing of this project."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))
    }
    command = [sys.executable, "-W", "error", str(export / "verify_log.py"), *arguments]
    return subprocess.run(
        command, cwd="/", env=environment, stdout=output, stderr=subprocess.PIPE, text=True, timeout=120
    )


@pytest.fixture
def log() -> Made:
    return Made(entries=[entry(n) for n in range(300)], cuts=(7, 256, 300), required=1)


@pytest.fixture
def export(log: Made, tmp_path: Path) -> Path:
    return log.write(tmp_path / "export")


def test_it_needs_nothing_but_cryptography() -> None:
    imported = set()
    for node in ast.walk(ast.parse(Path(verify_log.__file__).read_text())):
        if isinstance(node, ast.Import):
            imported |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_whole_log_ends_with_0_and_shows_its_keys(export: Path, log: Made) -> None:
    ended = run(export, "verify", str(export))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"Whole: {ORIGIN}, 300 entries, 3 checkpoints.\n")
    assert log.keys[0][0].public.vkey in ended.stdout
    assert "compare them" in ended.stdout
    assert run(export, str(export)).stdout == ended.stdout


def test_tampering_ends_with_1_and_names_the_entry(export: Path) -> None:
    rebundle(export, 0, 300, lambda found: [*found[:9], entry(9, subject="x"), *found[10:]])
    ended = run(export, "verify", str(export), "--json", "--processes", "1")
    assert ended.returncode == 1
    outcome = json.loads(ended.stdout)
    assert outcome["whole"] is False
    assert [(each["code"], each["index"]) for each in outcome["problems"]] == [("entry_altered", 9)]
    assert "entry_altered: Entry 9" in run(export, "verify", str(export)).stdout


def test_what_is_no_export_ends_with_2(export: Path, tmp_path: Path) -> None:
    for arguments in (
        ["verify", str(tmp_path)],
        ["verify", str(export), "--trusted", str(tmp_path / "none")],
    ):
        ended = run(export, *arguments)
        assert ended.returncode == 2
        assert ended.stdout.startswith("Cannot be used: ")
    assert run(export, "verify", str(export), "--policy", str(export / "manifest.json")).returncode == 2


@pytest.mark.parametrize(
    "way", [["verify", "EXPORT"], ["verify", "EXPORT", "--json"], ["prove", "EXPORT", "7"], ["-h"]]
)
def test_a_closed_pipe_ends_it_quietly_with_a_code_of_its_own(export: Path, way: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = run(export, *(str(export) if each == "EXPORT" else each for each in way), output=writing)
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_the_key_policy_is_given_from_outside(export: Path, log: Made, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(log.policy())
    assert run(export, "verify", str(export), "--policy", str(policy)).returncode == 0
    policy.write_text(Made().policy())
    assert run(export, "verify", str(export), "--policy", str(policy)).returncode == 1


@pytest.mark.parametrize("wanted", ["0", "255", "256", "299"])
def test_one_entry_is_proven_by_a_file(export: Path, log: Made, tmp_path: Path, wanted: str) -> None:
    made = run(export, "prove", str(export), wanted)
    assert made.returncode == 0
    whole = log.entries[int(wanted)]
    assert made.stdout == run(export, "prove", str(export), verify_log.id_of(whole)).stdout
    proof = TlogProof.parse(made.stdout)
    assert proof.extra == whole
    keys = [PublicKey.parse(log.keys[0][0].public.vkey)]
    assert proof.verify(whole, ORIGIN, keys).size == 300
    path, policy = tmp_path / "entry.tlog-proof", export / "policy.json"
    path.write_text(made.stdout)
    ended = run(export, "verify-proof", str(path), "--policy", str(policy))
    assert ended.returncode == 0
    assert whole.decode() in ended.stdout
    other = log.entries[(int(wanted) + 1) % 300]
    path.write_text(TlogProof(proof.index, proof.hashes, proof.checkpoint, other).format())
    assert run(export, "verify-proof", str(path), "--policy", str(policy)).returncode == 1
    path.write_text(made.stdout.replace("index", "indx"))
    assert run(export, "verify-proof", str(path), "--policy", str(policy)).returncode == 2


def test_an_entry_that_is_not_there_is_not_proven(export: Path) -> None:
    assert run(export, "prove", str(export), "300").returncode == 2


def test_ids_in_any_order_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "RUN_READ", 3)
    choose = random.Random(4)
    for _ in range(200):
        ids = [choose.randbytes(2) * 22 for _ in range(choose.randrange(200))]
        runs = [set(ids[at : at + 17]) for at in range(0, len(ids), 17)]
        written = [
            verify_log.Run.write(tmp_path / str(n), b"".join(sorted(each))) for n, each in enumerate(runs)
        ]
        expected = sorted(
            {each for group in runs for each in group if sum(each in other for other in runs) > 1}
        )
        assert list(verify_log.twice_in(written)) == expected


def test_no_byte_may_change(tmp_path: Path) -> None:
    """A byte of any file of the export, another value: never whole."""
    log = Made(entries=[entry(n) for n in range(260)], cuts=(3, 256, 260), required=1)
    log.commit(4, {"reason": "words"}, "0190a000-0000-7000-8000-000000000000")
    export = log.write(tmp_path / "export")
    assert codes(export) == []
    choose = random.Random(11)
    files = sorted(path for path in export.rglob("*") if path.is_file())
    for path in files:
        content = path.read_bytes()
        places = {0, len(content) - 1, *(choose.randrange(len(content)) for _ in range(25))}
        for place in places:
            value = choose.choice([each for each in range(256) if each != content[place]])
            path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
            assert not is_whole(export), f"{path.name}: byte {place} from {content[place]} to {value}"
        path.write_bytes(content)
    assert codes(export) == []


def test_no_byte_of_a_checkpoint_may_change_even_when_the_manifest_is_made_to_fit(tmp_path: Path) -> None:
    log = Made(entries=[entry(n) for n in range(20)], cuts=(3, 20), required=1)
    export = log.write(tmp_path / "export")
    path, choose = export / "checkpoints.jsonl", random.Random(12)
    content = path.read_bytes()
    for place in choose.sample(range(len(content)), 150):
        value = choose.choice([each for each in range(256) if each != content[place]])
        path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
        reseal(export)
        assert not is_whole(export), f"byte {place} from {content[place]} to {value}"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{}",
        "[]",
        "null",
        '"x"',
        '{"format":1}',
        '{"format":"audit-export/1","files":7}',
        '"\\ud800"',
    ],
)
def test_what_was_made_to_trip_it_does_not(export: Path, text: str) -> None:
    for name in ("policy.json", "manifest.json"):
        whole = (export / name).read_text()
        (export / name).write_text(text)
        assert run(export, str(export)).returncode == 2
        (export / name).write_text(whole)
    (export / "checkpoints.jsonl").write_text(text + "\n")
    reseal(export)
    assert run(export, str(export)).returncode == 1


def test_policies_of_another_form_are_refused(log: Made) -> None:
    good = json.loads(log.policy())
    assert verify_log.Policy.parse(json.dumps(good))
    key, witness = good["keys"][0], good["witnesses"]
    changes: tuple[dict[str, object], ...] = (
        {"keys": []},
        {"keys": [{**key, "until": "5"}]},
        {"keys": [{**key, "since": None}]},
        {"keys": [{**key, "vkey": witness[0]}]},
        {"keys": [{**key, "vkey": 7}]},
        {"witnesses": [key["vkey"]]},
        {"witnesses": ["a+b"]},
        {"cosignatures_required": "1"},
        {"format": "audit-export/2"},
    )
    for change in changes:
        with pytest.raises(verify_log.Unusable):
            verify_log.Policy.parse(json.dumps({**good, **change}))


def is_whole(export: Path) -> bool:
    try:
        return verify_log.verify(export).whole
    except verify_log.Unusable:
        return False
