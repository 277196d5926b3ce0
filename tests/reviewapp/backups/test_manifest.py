"""A backup that is not whole, or not this site's, is refused before anything is written."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotations.audit.journal import Known
from reviewapp.backups import manifest
from reviewapp.backups.manifest import Manifest, Unusable


def quiet(_: str) -> None:
    """Tells nobody."""


@pytest.fixture
def made(tmp_path: Path) -> Manifest:
    """A folder with two files and its manifest."""
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "one").write_bytes(b"one")
    (tmp_path / "database").write_bytes(b"two" * 1_000_000)
    files = tuple(manifest.measured(tmp_path, path) for path in ("database", "vault/one"))
    made = Manifest(
        backup="11111111-2222-4333-8444-555555555555",
        made_at="2026-11-30T09:30:00.000000Z",
        origin="clip-review.test/log",
        engine="sqlite",
        renditions=False,
        journal=Known(3, "ab" * 32),
        log_size=12,
        wrapping=manifest.check_values({"vault": {"k1": b"k" * 32}}),
        files=files,
    )
    (tmp_path / manifest.NAME).write_bytes(made.content())
    return made


def test_what_is_read_is_what_was_written(made: Manifest, tmp_path: Path) -> None:
    assert manifest.read(tmp_path) == made
    assert manifest.read(tmp_path).digest == made.digest
    manifest.verify(tmp_path, made, quiet)


def test_every_file_is_verified(made: Manifest, tmp_path: Path) -> None:
    (tmp_path / "vault" / "one").write_bytes(b"eno")
    with pytest.raises(Unusable, match=r"vault/one is not what was backed up"):
        manifest.verify(tmp_path, made, quiet)
    (tmp_path / "vault" / "one").unlink()
    with pytest.raises(Unusable, match=r"vault/one cannot be read"):
        manifest.verify(tmp_path, made, quiet)


@pytest.mark.parametrize(
    "path",
    [
        "vault/../../outside",
        "/etc/hostname",
        "staticfiles/evil.js",
        "vault//one",
        "vault/.hidden",
        "../database",
        "vault\\one/two/..",
        "",
    ],
)
def test_nothing_is_read_or_written_elsewhere(path: str, made: Manifest, tmp_path: Path) -> None:
    named = replace(made.files[0], path=path)
    (tmp_path / manifest.NAME).write_bytes(replace(made, files=(*made.files, named)).content())
    with pytest.raises(Unusable, match="no place in a backup"):
        manifest.read(tmp_path)


def test_what_is_no_backup_of_ours_is_refused_before_a_file_is_read(made: Manifest, tmp_path: Path) -> None:
    for altered, said in (
        (replace(made, files=made.files * 2), "names a file twice"),
        (replace(made, made_at="yesterday"), "lacks something"),
    ):
        (tmp_path / manifest.NAME).write_bytes(altered.content())
        with pytest.raises(Unusable, match=said):
            manifest.read(tmp_path)
    (tmp_path / manifest.NAME).write_bytes(b"[]")
    with pytest.raises(Unusable, match="another format"):
        manifest.read(tmp_path)
    (tmp_path / manifest.NAME).write_bytes(made.content())
    (tmp_path / "vault" / "link").symlink_to("/etc/hostname")
    with pytest.raises(Unusable, match="is a link"):
        manifest.read(tmp_path)


def test_a_file_that_is_not_of_it_is_told(made: Manifest, tmp_path: Path) -> None:
    (tmp_path / "vault" / "two").write_bytes(b"two")
    with pytest.raises(Unusable, match=r"vault/two is not in the manifest"):
        manifest.verify(tmp_path, made, quiet)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 2}, "another format"),
        ({"files": None}, "lacks something"),
        ({"journal": {"number": 1}}, ""),
        ({"unknown": 1}, "lacks something"),
        ({"journal": {"what": 1}}, "lacks something"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(
    made: Manifest, tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    (tmp_path / manifest.NAME).write_text(json.dumps({**json.loads(made.content()), **change}))
    if why:
        with pytest.raises(Unusable, match=why):
            manifest.read(tmp_path)
    else:
        assert manifest.read(tmp_path).journal == Known(1)


def test_a_folder_without_one_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="it is no backup"):
        manifest.read(tmp_path)
    (tmp_path / manifest.NAME).write_text("{")
    with pytest.raises(Unusable, match="cannot be read"):
        manifest.read(tmp_path)


def test_another_wrapping_key_is_told_by_its_name_and_nothing_of_a_key_is_written() -> None:
    wanted = manifest.check_values(
        {"vault": {"k1": b"k" * 32, "k0": b"o" * 32}, "journal": {"j1": b"j" * 32}}
    )
    assert list(manifest.lacking_keys(wanted, wanted)) == []
    there = manifest.check_values({"vault": {"k1": b"x" * 32, "k0": b"o" * 32, "new": b"n" * 32}})
    assert list(manifest.lacking_keys(wanted, there)) == ["vault k1", "journal j1"]
    assert b"k" * 8 not in json.dumps(wanted).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"files": [{"path": 7, "bytes": 3, "sha256": "ab"}]},
        {"files": [{"path": "vault/one", "bytes": "3", "sha256": "ab"}]},
        {"files": [{"path": "vault/one", "bytes": True, "sha256": "ab"}]},
        {"files": [7]},
        {"files": {"path": "vault/one"}},
        {"origin": None},
        {"made_at": 2026},
        {"renditions": "no"},
        {"log_size": 1.5},
        {"wrapping": ["vault"]},
        {"wrapping": {"vault": "k1"}},
        {"wrapping": {"vault": {"k1": 1}}},
        {"journal": {"number": "3"}},
        {"journal": 3},
    ],
)
def test_a_member_of_another_type_is_refused(made: Manifest, tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / manifest.NAME).write_text(json.dumps({**json.loads(made.content()), **change}))
    with pytest.raises(Unusable, match="lacks something"):
        manifest.read(tmp_path)
