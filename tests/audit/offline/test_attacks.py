"""Each attack on an export of a log, and what the verifier says to it. One test an attack."""

from pathlib import Path

import pytest

from annotations.audit.offline import verify_log
from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.signed_notes import PrivateKey
from tests.audit.offline.made import CUTS, ORIGIN, Made, codes, entry, rebundle, reseal, retile

pytestmark = pytest.mark.once


@pytest.fixture
def log() -> Made:
    return Made()


@pytest.fixture
def export(log: Made, tmp_path: Path) -> Path:
    return log.write(tmp_path / "export")


def kept(log: Made, tmp_path: Path, size: int) -> Path:
    """A checkpoint that somebody keeps from before the attack."""
    path = tmp_path / f"kept-{size}"
    path.write_text(log.note(size))
    return path


def only(folder: Path, **options: object) -> verify_log.Problem:
    (problem,) = verify_log.verify(folder, **options).problems  # type: ignore[arg-type]
    return problem


def altered(n: int) -> bytes:
    return entry(n, purpose="troubleshooting")


@pytest.mark.parametrize("processes", [1, 2])
def test_a_whole_log_is_whole(export: Path, log: Made, processes: int) -> None:
    report = verify_log.verify(export, deep=True, processes=processes)
    assert report.problems == []
    assert (report.size, report.checkpoints) == (600, len(CUTS))
    assert report.keys == [log.keys[0][0].public.vkey]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513])
def test_logs_of_every_shape_are_whole(size: int, tmp_path: Path) -> None:
    log = Made(
        entries=[entry(n) for n in range(size)],
        cuts=tuple(range(0, size + 1, 50)) + (size,) * (size % 50 > 0),
    )
    assert codes(log.write(tmp_path / "export"), deep=True) == []


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 599])
def test_an_altered_entry_is_named(export: Path, index: int) -> None:
    number = index // 256
    rebundle(
        export,
        number,
        600,
        lambda found: [altered(index) if n == index % 256 else e for n, e in enumerate(found)],
    )
    problem = only(export)
    assert (problem.code, problem.index) == ("entry_altered", index)
    assert problem.entry == verify_log.id_of(altered(index))


def test_several_altered_entries_are_all_named(export: Path) -> None:
    rebundle(export, 1, 600, lambda found: [altered(256), *found[1:-1], altered(511)])
    assert [each.index for each in verify_log.verify(export).problems] == [256, 511]


def test_an_entry_rewritten_with_its_stored_hash_is_named_by_the_level_above(export: Path, log: Made) -> None:
    log.entries[300] = altered(300)
    rebundle(export, 1, 600, lambda _: log.entries[256:512])
    retile(export, log.entries, {0})
    found = {each.code: each for each in verify_log.verify(export).problems}
    assert (found["tile_damaged"].first, found["tile_damaged"].last) == (256, 511)
    assert (found["tree_rewritten"].first, found["tree_rewritten"].last) == (300, 511)


@pytest.mark.parametrize(
    ("index", "first", "last"), [(0, 0, 0), (50, 1, 99), (256, 256, 299), (599, 512, 599)]
)
def test_an_entry_rewritten_with_the_whole_tree_is_within_a_range(
    tmp_path: Path, log: Made, index: int, first: int, last: int
) -> None:
    true = [log.note(cut) for cut in CUTS]
    log.entries[index] = altered(index)
    problem = only(log.write(tmp_path / "export", checkpoints=true))
    assert (problem.code, problem.first, problem.last) == ("tree_rewritten", first, last)


def test_a_removed_entry_is_told(export: Path) -> None:
    rebundle(export, 0, 600, lambda found: [*found[:10], *found[11:], entry(256)])
    found = verify_log.verify(export).problems
    assert ("entry_removed", 10) in [(each.code, each.index) for each in found]


def test_an_inserted_entry_is_told(export: Path) -> None:
    rebundle(export, 0, 600, lambda found: [*found[:10], entry(1000), *found[10:-1]])
    assert only(export).code == "entry_inserted"
    assert only(export).index == 10


def test_entries_in_another_order_are_told(export: Path) -> None:
    rebundle(export, 0, 600, lambda found: [found[1], found[0], *found[2:]])
    assert [(each.code, each.index) for each in verify_log.verify(export).problems] == [
        ("entries_reordered", 0),
        ("entries_reordered", 1),
    ]


@pytest.mark.parametrize("change", ["removed", "inserted", "reordered"])
def test_a_tree_made_again_around_the_change_does_not_fit_the_checkpoints(
    tmp_path: Path, log: Made, change: str
) -> None:
    true = [log.note(cut) for cut in CUTS]
    if change == "removed":
        log.entries = [*log.entries[:270], *log.entries[271:], entry(2000)]
    elif change == "inserted":
        log.entries = [*log.entries[:270], entry(2000), *log.entries[270:-1]]
    else:
        log.entries[270], log.entries[271] = log.entries[271], log.entries[270]
    problem = only(log.write(tmp_path / "export", checkpoints=true))
    assert (problem.code, problem.first, problem.last) == ("tree_rewritten", 256, 299)


def test_a_cut_file_is_told(export: Path) -> None:
    path = export / "tile/entries/001"
    path.write_bytes(path.read_bytes()[:-1])
    assert codes(export)[0] == "bundle_damaged"
    path.unlink()
    assert "bundle_missing" in codes(export)


def test_missing_and_foreign_hashes_are_told(export: Path) -> None:
    (export / "tile/0/001").unlink()
    assert codes(export) == ["tile_damaged"]
    (export / "tile/0/009").write_bytes(b"")
    assert codes(export) == ["foreign_file", "tile_damaged"]


def test_a_damaged_hash_above_whole_entries_is_told(export: Path) -> None:
    path = export / "tile/1/000.p/2"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    problem = only(export)
    assert (problem.code, problem.first, problem.last) == ("tile_damaged", 256, 511)


def test_a_shortened_log_is_told_by_a_kept_checkpoint_alone(tmp_path: Path, log: Made) -> None:
    """Without one, or a witness, a log that was shortened to an older checkpoint cannot be told from a young one."""
    trusted = kept(log, tmp_path, 600)
    log.entries = log.entries[:512]
    export = log.write(tmp_path / "export")
    assert codes(export) == []
    problem = only(export, trusted=[trusted])
    assert (problem.code, problem.first, problem.last) == ("log_truncated", 512, 599)


def test_a_log_that_ends_before_its_last_checkpoint_is_told(tmp_path: Path, log: Made) -> None:
    true = [log.note(cut) for cut in CUTS]
    log.entries = log.entries[:512]
    assert {"checkpoint_missing", "log_truncated"} <= set(
        codes(log.write(tmp_path / "export", checkpoints=true))
    )


def test_a_log_rewritten_and_signed_again_is_told_by_a_kept_checkpoint(tmp_path: Path, log: Made) -> None:
    """The log's own key signs another past: whoever kept a checkpoint sees it, and between which sizes."""
    early, late = kept(log, tmp_path, 256), kept(log, tmp_path, 512)
    log.entries[300] = altered(300)
    export = log.write(tmp_path / "export")
    assert codes(export) == []
    problem = only(export, trusted=[late, early])
    assert (problem.code, problem.first, problem.last) == ("log_forked", 256, 511)


def test_a_log_signed_again_with_another_key_is_told(tmp_path: Path, log: Made) -> None:
    trusted, policy = kept(log, tmp_path, 512), verify_log.Policy.parse(log.policy())
    log.keys = [(PrivateKey.generate(ORIGIN), 0, None)]
    export = log.write(tmp_path / "export")
    assert codes(export, trusted=[trusted]) == ["wrong_key"]
    assert {"policy_differs", "wrong_key", "signature_missing"} == set(codes(export, policy=policy))


def test_two_checkpoints_of_one_size_are_told(tmp_path: Path, log: Made) -> None:
    fork = Made(entries=[*log.entries[:599], altered(599)], keys=log.keys)
    export = log.write(tmp_path / "export", checkpoints=[*(log.note(cut) for cut in CUTS), fork.note(600)])
    assert codes(export) == ["checkpoint_forked"]


def test_a_replayed_checkpoint_is_told(tmp_path: Path, log: Made) -> None:
    export = log.write(tmp_path / "export", checkpoints=[*(log.note(cut) for cut in CUTS), log.note(299)])
    assert codes(export) == ["checkpoint_replayed"]


@pytest.mark.parametrize("again", [3, 255, 256, 599])
def test_a_replayed_entry_is_told(tmp_path: Path, log: Made, again: int) -> None:
    log.entries[again] = log.entries[10]
    found = verify_log.verify(log.write(tmp_path / "export")).problems
    assert {(each.code, each.index) for each in found} == {("entry_twice", 10), ("entry_twice", again)}


def test_a_checkpoint_with_another_root_is_told(tmp_path: Path, log: Made) -> None:
    true = {cut: log.note(cut) for cut in CUTS}
    true[300] = signed_notes.sign(Checkpoint(ORIGIN, 300, bytes(32)).format(), log.keys[0][0])
    problem = only(log.write(tmp_path / "export", checkpoints=list(true.values())))
    assert (problem.code, problem.last) == ("checkpoint_altered", 300)


def test_another_origin_is_told(tmp_path: Path, log: Made) -> None:
    checkpoints = [*(log.note(cut) for cut in CUTS[:-1]), log.note(600, origin="example.com/other")]
    assert codes(log.write(tmp_path / "export", checkpoints=checkpoints)) == ["wrong_origin"]
    foreign = tmp_path / "foreign"
    foreign.write_text(log.note(512, origin="example.com/other"))
    assert codes(log.write(tmp_path / "whole"), trusted=[foreign]) == ["wrong_origin"]


def test_another_key_is_told(tmp_path: Path, log: Made) -> None:
    other = PrivateKey.generate(ORIGIN)
    checkpoints = [*(log.note(cut) for cut in CUTS[:-1]), log.note(600, keys=[other])]
    assert codes(log.write(tmp_path / "export", checkpoints=checkpoints)) == [
        "wrong_key",
        "signature_missing",
    ]


def test_a_wrong_signature_is_told(tmp_path: Path, log: Made) -> None:
    wrong = signed_notes.Signature(ORIGIN, log.keys[0][0].public.key_id, b"x" * 64)
    checkpoints = [
        *(log.note(cut) for cut in CUTS[:-1]),
        signed_notes.SignedNote(log.note(600).partition("\n\n")[0] + "\n", (wrong,)).format(),
    ]
    assert codes(log.write(tmp_path / "export", checkpoints=checkpoints)) == [
        "bad_signature",
        "signature_missing",
    ]


def test_keys_follow_one_another_with_both_signatures_between(tmp_path: Path, log: Made) -> None:
    old, new = PrivateKey.generate(ORIGIN), PrivateKey.generate(ORIGIN)
    log.keys = [(old, 0, 512), (new, 256, None)]
    assert codes(log.write(tmp_path / "export")) == []
    checkpoints = [log.note(cut) for cut in CUTS]
    checkpoints[3] = log.note(300, keys=[old])
    assert codes(log.write(tmp_path / "one", checkpoints=checkpoints)) == ["signature_missing"]


def test_a_retired_key_signs_no_more(tmp_path: Path, log: Made) -> None:
    old, new = PrivateKey.generate(ORIGIN), PrivateKey.generate(ORIGIN)
    log.keys = [(old, 0, 300), (new, 300, None)]
    late = [*(log.note(cut) for cut in CUTS[:-1]), log.note(600, keys=[old, new])]
    assert codes(log.write(tmp_path / "late", checkpoints=late)) == ["key_out_of_time"]
    early = [log.note(1, keys=[new, old]), *(log.note(cut) for cut in CUTS[1:])]
    assert codes(log.write(tmp_path / "early", checkpoints=early)) == ["key_out_of_time"]
    alone = [*(log.note(cut) for cut in CUTS[:-1]), log.note(600, keys=[old])]
    assert codes(log.write(tmp_path / "alone", checkpoints=alone)) == ["key_out_of_time", "signature_missing"]


def test_a_missing_cosignature_is_told(tmp_path: Path, log: Made) -> None:
    log.required = 1
    assert codes(log.write(tmp_path / "cosigned")) == []
    bare = "".join(line for line in log.note(600).splitlines(keepends=True) if "witness" not in line)
    checkpoints = [*(log.note(cut) for cut in CUTS[:-1]), bare]
    assert codes(log.write(tmp_path / "bare", checkpoints=checkpoints)) == ["not_witnessed"]


@pytest.mark.parametrize(
    "malformed",
    [
        b'{"a":1}',
        b"",
        b"no JSON",
        entry(7).replace(b'"n":7', b'"n":7.5'),
        entry(7).replace(b'"n":7', b'"n":7,"n":8'),
        entry(7).replace(b'"n":7', b'"n":NaN'),
        entry(7).replace(b'"n":7', b'"n":7,"a":8'),
        entry(7).replace(b"person", b"pers\\u006fn"),
        entry(7).replace(b'"n":7', '"\uffee":1,"\U0001f600":2'.encode()),
        entry(7).replace(b'"n":7', b'"n": 7'),
        entry(7).replace(b'"n":7', b'"n":9007199254740992'),
        entry(7).replace(b'"n":7', '"n":"e\u0301"'.encode()),
        entry(7).replace(b'"request":"",', b""),
        entry(7).replace(b'"subject"', b'"soubject"'),
        entry(7).replace(b"2026-03-01T12", b"2026-03-01 12"),
        entry(7).replace(b"\xc3", b"\xff").replace(b"person", b"pers\xffn"),
        entry(7).replace(b'"role"', b'"rule"'),
    ],
)
def test_a_malformed_entry_is_told_by_the_deep_verification(
    tmp_path: Path, log: Made, malformed: bytes
) -> None:
    """Also when the log itself signed it."""
    log.entries[7] = malformed
    found = verify_log.verify(log.write(tmp_path / "export"), deep=True).problems
    assert {(each.code, each.index) for each in found} == {("entry_malformed", 7)}


def test_an_entry_without_an_id_is_told_by_every_verification(tmp_path: Path, log: Made) -> None:
    log.entries[300] = b'{"version":1}'
    assert (only(log.write(tmp_path / "export")).code, only(tmp_path / "export").index) == (
        "entry_malformed",
        300,
    )


def test_a_brace_in_a_name_hides_no_id(tmp_path: Path, log: Made) -> None:
    log.entries[10] = entry(10, purpose='a}b{"}')
    assert codes(log.write(tmp_path / "whole"), deep=True) == []
    log.entries[300] = entry(10, purpose="other}")
    assert codes(log.write(tmp_path / "twice")) == ["entry_twice"]


def test_an_altered_file_of_the_export_is_told(export: Path) -> None:
    (export / "verify_log.py").write_text("print('Whole')")
    assert codes(export) == ["file_altered"]


@pytest.mark.parametrize("name", ["manifest.json", "policy.json", "checkpoints.jsonl"])
def test_without_its_files_it_is_no_export(export: Path, name: str) -> None:
    (export / name).unlink()
    if name == "checkpoints.jsonl":
        assert codes(export) == ["file_altered", "checkpoint_missing"]
        return
    with pytest.raises(verify_log.Unusable):
        verify_log.verify(export)


def test_a_longer_manifest_does_not_hide_missing_entries(export: Path) -> None:
    reseal(export, 601)
    assert {"bundle_missing", "checkpoint_missing"} <= set(codes(export))
