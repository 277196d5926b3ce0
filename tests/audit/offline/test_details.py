"""What entries tell in somebody's words: erased and tampered with are told apart."""

import uuid
from pathlib import Path

import pytest

from annotations.audit.canonical import canonical
from annotations.audit.offline import verify_log
from tests.audit.offline.made import Made, codes, entry

pytestmark = pytest.mark.once
KEY = str(uuid.uuid4())


@pytest.fixture
def log() -> Made:
    log = Made(cuts=(600,))
    log.commit(5, {"reason": "the first"}, KEY)
    log.commit(300, {"reason": "the second é"}, KEY)
    log.commit(599, {"reason": "another key's"}, str(uuid.uuid4()))
    return log


def erase(log: Made, keys: list[str], subject: str = "owner-0") -> None:
    log.entries[400] = entry(400, "audit.subject_erased", subject=subject, data={"details": 2, "keys": keys})


def details(log: Made) -> dict[int, tuple[bytes, bytes]]:
    assert log.details is not None
    return log.details


def test_details_are_held_against_their_commitments(log: Made, tmp_path: Path) -> None:
    report = verify_log.verify(log.write(tmp_path / "export"))
    assert report.problems == []
    assert report.details == {"present": 3, "erased": 0}


def test_an_erased_detail_is_no_tampering(log: Made, tmp_path: Path) -> None:
    erase(log, [KEY])
    del details(log)[5], details(log)[300]
    report = verify_log.verify(log.write(tmp_path / "export"))
    assert report.problems == []
    assert report.details == {"present": 1, "erased": 2}


def test_a_missing_detail_is_tampering(log: Made, tmp_path: Path) -> None:
    erase(log, [str(uuid.uuid4())])
    del details(log)[300]
    (problem,) = verify_log.verify(log.write(tmp_path / "export")).problems
    assert (problem.code, problem.index) == ("detail_missing", 300)


def test_entries_older_than_keys_are_erased_by_subject(tmp_path: Path) -> None:
    log = Made(cuts=(600,))
    log.commit(5, {"reason": "of owner-0"})
    log.commit(6, {"reason": "of owner-1"})
    erase(log, [], "owner-0")
    log.details = {}
    (problem,) = verify_log.verify(log.write(tmp_path / "export")).problems
    assert (problem.code, problem.index) == ("detail_missing", 6)


@pytest.mark.parametrize("what", ["detail", "salt", "other"])
def test_an_altered_detail_is_tampering(log: Made, tmp_path: Path, what: str) -> None:
    salt, content = details(log)[300]
    details(log)[300] = {
        "detail": (salt, canonical({"reason": "something else"})),
        "salt": (bytes(32), content),
        "other": details(log)[5],
    }[what]
    (problem,) = verify_log.verify(log.write(tmp_path / "export")).problems
    assert (problem.code, problem.index) == ("detail_altered", 300)


def test_a_detail_that_no_entry_committed_to_is_told(log: Made, tmp_path: Path) -> None:
    details(log)[7] = details(log)[5]
    details(log)[598] = details(log)[5]
    assert codes(log.write(tmp_path / "export")) == ["detail_foreign"]


def test_a_detail_that_outlives_its_erasure_is_told(log: Made, tmp_path: Path) -> None:
    erase(log, [KEY])
    assert codes(log.write(tmp_path / "export")) == ["erasure_undone"]


def test_an_export_without_details_says_nothing_of_them(log: Made, tmp_path: Path) -> None:
    log.details = None
    report = verify_log.verify(log.write(tmp_path / "export"))
    assert (report.problems, report.details) == ([], {})


@pytest.mark.parametrize("change", [b" ", b"\n", b"{}\n", b"[]\n", b'{"index":1}\n'])
def test_a_malformed_line_is_told(log: Made, tmp_path: Path, change: bytes) -> None:
    export = log.write(tmp_path / "export")
    with (export / "details.jsonl").open("ab") as file:
        file.write(change)
    assert codes(export) == ["file_altered", "detail_malformed"]
