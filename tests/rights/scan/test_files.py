import gzip
import io
import lzma
import os
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from annotations.rights.scan import files
from annotations.rights.scan.files import Files
from annotations.rights.scan.matcher import Matcher
from annotations.rights.scan.pictures import Pictures
from annotations.rights.scan.probe import Kind, Value
from annotations.rights.scan.progress import Progress
from annotations.rights.scan.report import Report
from annotations.vision import confined
from annotations.vision.pdq import pdq
from tests.factories import small_video
from tests.rights.scan import drawn
from tests.rights.scan.searching import DECODING
from tests.vision.warm_start import WarmStart

NAME = "Erika Mustermann"
SECRET = Value(Kind.WORDS, NAME)
TEXT = f"a file about {NAME} and others".encode()


def tree(folder: Path, *values: Value) -> Report:
    report, looked_for = Report(), values or (SECRET,)
    pictures = Pictures(looked_for, DECODING, report)
    Files(Matcher(looked_for), pictures, report, Progress(print)).tree("store", folder)
    pictures.finish()
    return report


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return whole.getvalue()


def tarred(content: bytes, mode: str = "w") -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:  # type: ignore[call-overload]
        told = tarfile.TarInfo("inside.txt")
        told.size = len(content)
        archive.addfile(told, io.BytesIO(content))
    return whole.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda content: content,
    "zip": lambda content: zipped(("inside.txt", content)),
    "zip without compression": lambda content: zipped(("inside.txt", content), how=zipfile.ZIP_STORED),
    "tar": tarred,
    "gzip": gzip.compress,
    "tar in gzip": lambda content: tarred(content, "w:gz"),
    "zip in zip": lambda content: zipped(("outer.zip", zipped(("inside.txt", content)))),
}


@pytest.mark.parametrize("how", PACKED)
def test_what_is_packed_is_found_and_nothing_else(how: str, tmp_path: Path) -> None:
    (tmp_path / "deep" / "down").mkdir(parents=True)
    (tmp_path / "deep" / "down" / ".hidden").write_bytes(PACKED[how](TEXT))
    report = tree(tmp_path)
    assert sum(report.findings.values()) >= 1
    assert {kind for _, kind in report.findings} == {Kind.WORDS}
    (tmp_path / "deep" / "down" / ".hidden").write_bytes(PACKED[how](b"a file about nobody"))
    assert (tree(tmp_path).findings, tree(tmp_path).unsearched) == ({}, {})


def test_names_are_searched_and_told_without_the_value(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / f"{NAME}.txt").write_bytes(TEXT)
    (tmp_path / "link").symlink_to(tmp_path / NAME)
    (tmp_path / "archive.zip").write_bytes(zipped((f"{NAME}.txt", TEXT)))
    report = tree(tmp_path)
    inode = (tmp_path / NAME / f"{NAME}.txt").stat().st_ino
    assert {place.where.removeprefix(f"{tmp_path}") for place, _ in report.findings} == {
        f"/…/… (inode {inode})",
        f"names in {tmp_path}/…",
        "/link",
        "/archive.zip",
        f"names in {tmp_path}/archive.zip",
        "/archive.zip!…",
    }
    assert NAME not in str(report.as_dict())


def test_what_cannot_be_searched_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_UNPACKED", 100)
    monkeypatch.setattr(files, "DEEPEST", 1)
    nested = zipped(("2.zip", zipped(("1.txt", b"short"), how=zipfile.ZIP_STORED)[:90]))
    for name, content in {
        "table.parquet": b"PAR1....PAR1",
        "broken.zip": b"PK\x03\x04 and then nothing",
        "long.zip": zipped(("long.txt", b"a" * 101)),
        "deep.zip": zipped(("2.gz", gzip.compress(gzip.compress(b"a")))),
        "damaged.gz": b"\x1f\x8b\x08 and then nothing",
        "cut.zip": nested,
        "log.xz": lzma.compress(b"words"),
        "letter.pdf": b"%PDF-1.7",
    }.items():
        (tmp_path / name).write_bytes(content)
    told = {place.where.removeprefix(f"{tmp_path}/"): why for place, why in tree(tmp_path).unsearched.items()}
    assert sorted(told) == [
        "broken.zip",
        "cut.zip!2.zip",
        "damaged.gz",
        "deep.zip!2.gz!content",
        "letter.pdf",
        "log.xz",
        "long.zip!long.txt",
        "table.parquet",
    ]
    assert tree(tmp_path).exit_code == 2


def test_a_file_that_cannot_be_read_is_told() -> None:
    memory = Path("/proc/self/mem")
    assert [place.where for place in tree(memory).unsearched] == [str(memory)]


def test_temporary_files_of_other_accounts_are_not_the_sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(TEXT)
    report = Report()
    searched = Files(Matcher([SECRET]), Pictures([SECRET], DECODING, report), report, Progress(print))
    owner = os.geteuid()
    for account, found in ((owner + 1, False), (owner, True)):
        monkeypatch.setattr(os, "geteuid", lambda account=account: account)
        searched.tree("store", tmp_path, own_only=True)
        assert bool(report.findings) is found


def test_free_pages_and_the_write_ahead_log_of_sqlite_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite3"
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE notes (text)")
        database.execute("INSERT INTO notes VALUES (?)", [f"{NAME} {'x' * 9000}"])
        database.execute("DELETE FROM notes")
        assert tree(tmp_path).findings, "a free page"
        database.execute("VACUUM")
        assert not tree(tmp_path).findings
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO notes VALUES (?)", [NAME])
        assert {Path(place.where).name for place, _ in tree(tmp_path).findings} == {"site.sqlite3-wal"}
    database.close()


def test_frames_are_found_coded_again_scaled_and_packed(tmp_path: Path, warm: WarmStart) -> None:
    picture = drawn.picture(1)
    frame = Value(Kind.FRAME, pdq(picture)[0])
    small = cv2.resize(picture, (320, 180))
    _, png = cv2.imencode(".png", picture)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])
    _, other = cv2.imencode(".png", drawn.picture(2))
    (tmp_path / "no-suffix").write_bytes(png.tobytes())
    (tmp_path / "archive.zip").write_bytes(
        zipped(("frames/1.jpg", jpeg.tobytes()), ("2.png", other.tobytes()))
    )
    (tmp_path / "other.png").write_bytes(other.tobytes())
    (tmp_path / "other.mp4").write_bytes(small_video())
    report = tree(tmp_path, frame)
    assert {place.where.removeprefix(f"{tmp_path}/"): kind for place, kind in report.findings} == {
        "no-suffix": Kind.FRAME,
        "archive.zip!frames/1.jpg": Kind.FRAME,
    }
    assert not report.unsearched


def test_frames_of_a_video_are_found(tmp_path: Path, warm: WarmStart) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(drawn.clip(1))
    with path.open("rb") as file, os.fdopen(os.memfd_create("clip"), "w+b") as plain:
        plain.write(file.read())
        plain.flush()
        (told,) = confined.pictures([plain.fileno()], DECODING)
    assert told["hashes"]
    frames = [Value(Kind.FRAME, bytes.fromhex(each)) for each in told["hashes"]]
    assert {kind for _, kind in tree(tmp_path, *frames).findings} == {Kind.FRAME}
    path.write_bytes(drawn.clip(2))
    assert not tree(tmp_path, *frames).findings


def test_a_damaged_video_is_told_and_the_others_are_searched(tmp_path: Path, warm: WarmStart) -> None:
    picture = drawn.picture(1)
    _, png = cv2.imencode(".png", picture)
    (tmp_path / "1.png").write_bytes(png.tobytes())
    (tmp_path / "2.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    (tmp_path / "3.png").write_bytes(png.tobytes()[:60])
    report = tree(tmp_path, Value(Kind.FRAME, pdq(picture)[0]))
    assert [place.where for place, _ in report.findings] == [str(tmp_path / "1.png")]
    assert {Path(place.where).name for place in report.unsearched} <= {"2.mp4", "3.png"}


def test_a_database_that_this_process_has_open_keeps_its_locks(tmp_path: Path) -> None:
    """Closing a file drops all locks that a process holds on it: another one could write then."""
    path = tmp_path / "site.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as database:
        database.execute("CREATE TABLE notes (text)")
        database.execute("BEGIN EXCLUSIVE")
        report = Report()
        searched = Files(Matcher([SECRET]), Pictures([SECRET], DECODING, report), report, Progress(print))
        searched.keep_locks(path)
        searched.tree("store", tmp_path)
        assert report.searched["store"] >= 1
        other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('INSERT INTO notes VALUES (1)')"
        tried = subprocess.run(
            [sys.executable, "-c", other, str(path)], capture_output=True, text=True, check=False
        )
        assert "locked" in tried.stderr
