import json
import os
from pathlib import Path

import pytest

from annotations.rights.scan.probe import FORMAT, BadProbe, Kind, Probe, Value, create, given, read

VALUES = (Value(Kind.REFERENCE, "Gärtner 12"), Value(Kind.DIGEST, bytes(range(32))), Value(Kind.WORDS, "Max"))


def test_a_probe_is_read_as_it_was_written_by_its_owner_alone(tmp_path: Path) -> None:
    path, made = tmp_path / "probe", Probe.of([*VALUES, *VALUES])
    descriptor = create(path)
    made.write(descriptor)
    os.close(descriptor)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path) == made
    assert made.values == VALUES
    with pytest.raises(FileExistsError):
        create(path)


def test_what_is_too_short_or_too_plain_is_told() -> None:
    plain = Value(Kind.FINGERPRINT, bytes(32))
    probe = Probe.of([*VALUES, plain, Value(Kind.DIGEST, b"short")])
    assert probe.left_out == (Value(Kind.WORDS, "Max"), plain, Value(Kind.DIGEST, b"short"))
    assert probe.searched == VALUES[:2]


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        "[]",
        json.dumps({"format": "another/1"}),
        json.dumps({"format": FORMAT}),
        json.dumps({"format": FORMAT, "id": "no", "values": []}),
        json.dumps({"format": FORMAT, "id": "0" * 32, "values": [{"kind": "taste", "text": "a"}]}),
        json.dumps({"format": FORMAT, "id": "0" * 32, "values": [{"kind": "digest", "text": "a"}]}),
    ],
)
def test_another_file_is_no_probe(content: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(content)
    with pytest.raises(BadProbe, match="file"):
        read(tmp_path / "file")
    with pytest.raises(BadProbe):
        read(tmp_path / "nothing")


def test_digits_that_somebody_types_are_bytes() -> None:
    assert given("AB" * 32) == Value(Kind.DIGEST, b"\xab" * 32)
    assert given("Gartenstraße 12") == Value(Kind.VALUE, "Gartenstraße 12")
