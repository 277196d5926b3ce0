"""The commands `privacy probe` and `privacy scan`, and what they leave on the log."""

import io
import json
import stat
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError

from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip, Device, Owner
from annotations.core import clock
from annotations.moderation.models import Fingerprint
from annotations.redaction.models import Rendition
from annotations.rights import probes, services
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.scan.expected import BadCertificate, Kept, read as read_certificate
from annotations.rights.scan.probe import Kind, Probe, Value, read
from annotations.rights.scan.stores import DATABASE_FILES
from annotations.rights.scopes import Scope, reach
from reviewapp.storage import make_folders
from tests.factories import PASSWORD, make_original, make_ready_clip, make_user, reference_of
from tests.in_person import call_in_person
from tests.rights.erased_clips import NOTE, REASON, make_everywhere
from tests.rights.scan import drawn
from tests.rights.scan.searching import own_places, places, searched
from tests.vision.warm_start import WarmStart

PRIVATE = ("vault", "renditions", "exports")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, warm: WarmStart) -> None:
    own_places(tmp_path, settings, monkeypatch)


def probe(clip: Clip, path: Path, officer: User) -> Probe:
    call_in_person(
        "privacy", "probe", "clip", str(clip.public_id), "--to", str(path), "--by", officer.username
    )
    return read(path)


def scan(*arguments: str, officer: User, values: Sequence[str] = ()) -> tuple[int, str]:
    """The exit code and what is printed; `values` follow the password on the standard input."""
    out = io.StringIO()
    try:
        call_in_person(
            *("privacy", "scan", "--by", officer.username, "--without", DATABASE_FILES, *arguments),
            passwords=(PASSWORD, *values),
            stdout=out,
            stderr=io.StringIO(),
        )
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def last(code: str) -> dict[str, Any]:
    entry = LogEntry.objects.filter(action=code).latest("occurred_at")
    told: dict[str, Any] = json.loads(bytes(entry.canonical))
    return told


def test_a_probe_holds_what_an_erasure_must_leave_nowhere(tmp_path: Path, officer: User) -> None:
    clip = make_everywhere()
    made = probe(clip, tmp_path / "probe", officer)
    by_kind = {kind: {value.content for value in made.values if value.kind == kind} for kind in Kind}
    assert {NOTE, "It shows nothing."} <= by_kind[Kind.WORDS]
    assert by_kind[Kind.REFERENCE] == set(), "the owner and the camera are other subjects"
    rendition = Rendition.objects.get(clip=clip)
    assert bytes.fromhex(rendition.sha256) in by_kind[Kind.DIGEST]
    assert rendition.name in by_kind[Kind.FILE_NAME]
    assert len(by_kind[Kind.FILE_NAME]) == 1 + 3, "the rendition, and its files in the vault"
    assert len(by_kind[Kind.KEY]) == 1 + 3 * 2
    assert by_kind[Kind.FINGERPRINT]
    text = (tmp_path / "probe").read_text()
    for stays in (str(clip.public_id), clip.public_id.hex, clip.owner.pseudonym):
        assert stays not in text
    entry = last("privacy.probe_made")
    assert entry["data"] == {"kind": "clip", "probe": str(made.id), "values": len(made.values)}
    assert (entry["clip"], entry["actor"]["pseudonym"]) == (str(clip.public_id), officer.pseudonym)


@pytest.mark.once
def test_a_probe_of_an_owner_or_a_camera_holds_how_they_are_called(tmp_path: Path, officer: User) -> None:
    clip = make_ready_clip()
    assert clip.device is not None
    owns: dict[str, list[Owner | Device]] = {"owner": [clip.owner, clip.device], "camera": [clip.device]}
    for kind, own in owns.items():
        path = tmp_path / kind
        call_in_person(
            "privacy", "probe", kind, own[0].pseudonym, "--to", str(path), "--by", officer.username
        )
        references = {value.content for value in read(path).values if value.kind == Kind.REFERENCE}
        assert references == {reference_of(each) for each in own}


@pytest.mark.once
def test_a_probes_keys_are_pieces_that_open_nothing(tmp_path: Path, officer: User) -> None:
    clip = make_ready_clip()
    make_original(clip)
    keys = [
        value.content for value in probe(clip, tmp_path / "probe", officer).values if value.kind == Kind.KEY
    ]
    assert {len(key) for key in keys} == {16}, "of 40 bytes, of which 24 cannot be guessed"


@pytest.mark.once
def test_frames_that_other_clips_of_the_camera_show_are_left_out(officer: User) -> None:
    """The empty porch is on every clip: it would be found for ever."""
    clip, other = make_ready_clip(), make_ready_clip()
    for each, seed in ((clip, 1), (other, 2)):
        name = storages["renditions"].save(f"{seed}.mp4", ContentFile(drawn.clip(seed)))
        Rendition.objects.filter(clip=each).update(name=name)
    Clip.objects.filter(pk=other.pk).update(device=clip.device)
    scope = reach(Scope(ScopeKind.CLIP, str(clip.public_id)))
    frames = {value.content for value in probes.probe_of(scope).values if value.kind == Kind.FRAME}
    assert frames
    some = bytes(next(iter(frames)))  # type: ignore[arg-type]
    Fingerprint.objects.create(clip=other, step=0.25, hashes=some, qualities=b"d")
    left = {value.content for value in probes.probe_of(scope).values if value.kind == Kind.FRAME}
    assert left < frames


@pytest.mark.once
def test_nothing_is_written_or_logged_where_it_may_not_be(tmp_path: Path, officer: User) -> None:
    clip, before = make_ready_clip(), LogEntry.objects.filter(action="privacy.probe_made").count()
    (tmp_path / "there").write_text("precious")
    lead = make_user("lead")
    for path, target, by, told in (
        ("there", str(clip.public_id), officer.username, "cannot be made"),
        ("new", str(uuid.uuid4()), officer.username, "no such clip"),
        ("new", str(clip.public_id), lead.username, "may not"),
        ("new", str(clip.public_id), "nobody", "no account"),
    ):
        with pytest.raises(CommandError, match=told):
            call_in_person("privacy", "probe", "clip", target, "--to", str(tmp_path / path), "--by", by)
    assert (tmp_path / "there").read_text() == "precious"
    assert not (tmp_path / "new").exists()
    assert LogEntry.objects.filter(action="privacy.probe_made").count() == before
    with pytest.raises(CommandError, match="may not"):
        scan("--value", "Erika of number 12", officer=lead)


def test_a_scan_finds_a_subject_before_its_erasure_and_nothing_after(tmp_path: Path, officer: User) -> None:
    clip = make_everywhere()
    made = probe(clip, tmp_path / "probe", officer)
    code, told = scan("--probe", str(tmp_path / "probe"), officer=officer)
    assert code == 1
    assert "Something is left." in told
    assert NOTE not in told
    assert last("privacy.scanned")["data"]["findings"] > 3
    erasure = services.request_erasure(
        Scope(ScopeKind.CLIP, str(clip.public_id)), officer.actor, ErasureCause.OFFICER, REASON
    )
    services.erase(erasure.pk)
    code, told = scan("--probe", str(tmp_path / "probe"), "--json", officer=officer)
    report = json.loads(told)
    assert (report["findings"], report["not_searched"], code) == ([], [], 0)
    assert report["left_out"] == [DATABASE_FILES]
    entry = last("privacy.scanned")
    assert entry["data"] == {
        "findings": 0,
        "kept": 0,
        "probe": str(made.id),
        "stores": len(report["searched"]),
        "unsearched": 0,
        "values": len(made.searched),
    }
    assert (entry["clip"], entry["subject"]) == (None, "")


@pytest.mark.once
def test_values_may_be_typed(officer: User) -> None:
    assert scan("--value", "Erika of number 12", "--value", "Max", officer=officer)[0] == 0
    code, told = scan("--stdin", officer=officer, values=[officer.username, ""])
    assert (code, "accounts_user.username" in told) == (1, True)
    assert "Too short" in scan("--value", "Erika of number 12", "--value", "Max", officer=officer)[1]
    with pytest.raises(CommandError, match="Say what to look for"):
        scan(officer=officer)
    with pytest.raises(CommandError, match="cannot be read"):
        scan("--probe", "nothing", officer=officer)


@pytest.mark.once
def test_what_could_not_be_searched_ends_with_2(officer: User, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "amqp://broker.invalid"
    code, told = scan("--value", "Erika of number 12", officer=officer)
    assert code == 2
    assert "This broker shows nobody the messages in it." in told


def certificate(path: Path, until: str, what: str = "fingerprint of discarded content") -> Path:
    path.write_text(json.dumps({"document": {"kept": [{"what": what, "until": until}]}}))
    return path


@pytest.mark.once
def test_a_fingerprint_that_the_certificate_names_is_told_as_kept(tmp_path: Path, officer: User) -> None:
    clip = make_ready_clip()
    Fingerprint.objects.create(clip=clip, step=0.5, hashes=bytes(range(32)), qualities=b"d")
    value = Value(Kind.FINGERPRINT, bytes(range(32)))
    assert {where for _, where in places(searched([value], without={DATABASE_FILES}))} == {
        "moderation_fingerprint.hashes"
    }
    for until, left in (("2099-01-01T00:00:00Z", 0), ("2001-01-01T00:00:00Z", 1)):
        kept = read_certificate(certificate(tmp_path / "certificate", until))
        report = searched([value], without={DATABASE_FILES}, kept=kept)
        assert (len(report.findings), len(report.kept)) == (left, 1 - left)
        assert bool(report.as_dict()["kept"]) is not bool(left)
    assert read_certificate(certificate(tmp_path / "certificate", "2099-01-01", "else")) == Kept()
    with pytest.raises(BadCertificate):
        read_certificate(tmp_path / "nothing")
    assert not Kept().covers(clock.now())


@pytest.mark.once
@pytest.mark.parametrize("kind", ["missing", "a link to itself", "a link to nothing"])
def test_a_folder_of_a_store_that_is_not_there_was_not_searched(officer: User, kind: str) -> None:
    folder = Path(storages["vault"].path(""))
    folder.rmdir()
    if kind == "a link to itself":
        folder.symlink_to(folder)
    elif kind == "a link to nothing":
        folder.symlink_to(folder.with_name("nothing"))
    code, told = scan("--value", "Erika of number 12", "--json", officer=officer)
    assert code == 2
    (missed,) = json.loads(told)["not_searched"]
    assert missed["store"] == "vault"
    assert missed["why"] in {
        "It is not there.",
        "It is a link to what is not there.",
        "Too many levels of symbolic links",
    }


@pytest.mark.once
def test_a_site_that_has_stored_nothing_yet_is_searched_whole(officer: User) -> None:
    for alias in PRIVATE:
        Path(storages[alias].path("")).rmdir()
    make_folders()
    assert scan("--value", "Erika of number 12", officer=officer)[0] == 0
    assert {stat.S_IMODE(Path(storages[alias].path("")).stat().st_mode) for alias in PRIVATE} == {0o700}


@pytest.mark.once
def test_a_scan_that_breaks_off_says_so_and_never_that_something_was_found(
    officer: User, settings: Any
) -> None:
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": 7}
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.STORAGES = {**settings.STORAGES, "nowhere": {"BACKEND": "no.such.Storage"}}
    with pytest.raises(CommandError, match="The scan broke off: ") as ended:
        scan("--value", "Erika of number 12", officer=officer)
    assert ended.value.returncode == 2


@pytest.mark.once
def test_whatever_is_refused_never_ends_as_if_something_was_found(officer: User) -> None:
    for arguments, by in (
        (("--value", "x"), make_user("lead")),
        ((), officer),
        (("--probe", "nothing"), officer),
    ):
        with pytest.raises(CommandError) as refused:
            scan(*arguments, officer=by)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError) as refused:
        call_in_person("privacy", "scan", "--value", "x", "--by", officer.username, passwords=["wrong"])
    assert refused.value.returncode == 2


@pytest.mark.once
def test_a_probe_is_made_of_what_alone_begins_so(tmp_path: Path, officer: User) -> None:
    clip = make_ready_clip()
    assert clip.device is not None
    names = {
        "clip": str(clip.public_id)[:8],
        "camera": clip.device.pseudonym[:6],
        "owner": clip.owner.pseudonym[:6],
    }
    for kind, begin in names.items():
        path = tmp_path / kind
        call_in_person("privacy", "probe", kind, begin.upper(), "--to", str(path), "--by", officer.username)
        assert read(path).values
        entry = last("privacy.probe_made")
        assert entry["subject"] == clip.owner.pseudonym


@pytest.mark.once
def test_what_names_nothing_or_several_is_told_with_what_is_needed(tmp_path: Path, officer: User) -> None:
    first, second = make_ready_clip(), make_ready_clip()
    Owner.objects.filter(pk=first.owner.pk).update(pseudonym="o-same111")
    Owner.objects.filter(pk=second.owner.pk).update(pseudonym="o-same222")
    for kind, typed, told in (
        ("clip", "abc", "six or more of its first digits"),
        ("clip", "ffffff", "There is no such clip"),
        ("owner", "o-same", "Several begin with o-same: type more of it"),
        ("owner", "d-same111", "as the log shows it"),
        ("camera", "o-same111", "There is no such camera"),
        ("owner", "o-", "how that begins"),
    ):
        with pytest.raises(CommandError, match=told):
            call_in_person(
                "privacy", "probe", kind, typed, "--to", str(tmp_path / "new"), "--by", officer.username
            )
    lead = make_user("lead")
    with pytest.raises(CommandError, match=f"Only a privacy officer.*{lead.username} has the role Lead"):
        call_in_person(
            "privacy", "probe", "clip", "ffffff", "--to", str(tmp_path / "new"), "--by", lead.username
        )
    assert not (tmp_path / "new").exists()
