"""What a child tells is believed only as far as the program itself could have told it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from annotations.vision import received
from annotations.vision.errors import VideoError, VisionError
from annotations.vision.received import CleanAnswer, ProbeAnswer

REPORT: dict[str, Any] = {
    "schema": 2,
    "source": {
        "container": "mp4", "codec": "h264", "width": 320, "height": 240, "rotation": 0, "frame_rate": 15.0,
        "constant_rate": True, "frames": 3, "duration": 0.2, "has_audio": False,
    },
    "presentation_times": [0, 0.0667, 0.1333],
    "frame_map": [0, 1, 2, 2],
    "rendition": {"frames": 4, "frame_rate": 15, "width": 320, "height": 240, "bytes": 4711},
    "effect": "blur",
    "tracks": [{"id": 1, "boxes": {"0": [1, 2.5, 30, 40]}, "score": 0.9, "source": "detector"}],
    "findings": [{"frame": 1, "time": 0.1, "label": "weapon", "score": 0.5, "box": None, "model": "m"}],
    "residual": {
        "checked_frames": 1,
        "exposed": [{"frame": 3, "box": [1, 2, 30, 30], "score": 0.9}],
        "evidence": [{"frame": 3, "box": [1, 2, 30, 30], "score": 0.9, "model": "m", "kind": "head"}],
        "unjudgeable": "too_dark",
    },
    "fingerprint": {"step": 1.0, "hashes": ["0" * 64], "qualities": [100]},
    "models": [{"name": "centerface", "sha256": "0" * 64, "role": "face"}],
    "seconds": {"detect": 1.5},
    "peak_memory_mb": 250.5,
    "light": {"luma": 100.0, "colour": 3.5},
}  # fmt: skip


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    report = copy.deepcopy(REPORT)
    change(report)
    return json.dumps(report).encode()


def crashes(read: Callable[[], object]) -> bool:
    with pytest.raises(VideoError) as caught:
        read()
    return caught.value.code == "decoder_crashed"


def test_a_report_is_what_it_was() -> None:
    assert received.report_of(json.dumps(REPORT).encode()) == REPORT
    without = {name: value for name, value in REPORT.items() if name != "light"} | {"frame_map": None}
    assert received.report_of(json.dumps(without).encode()) == without


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("tracks"),
        lambda r: r.update(more=1),
        lambda r: r.update(schema="2"),
        lambda r: r.update(schema=True),
        lambda r: r.update(schema=None),
        lambda r: r.update(effect="a\0b"),
        lambda r: r.update(effect="\ud800"),
        lambda r: r.update(effect="x" * 1001),
        lambda r: r.update(peak_memory_mb=float("nan")),
        lambda r: r.update(peak_memory_mb=float("-inf")),
        lambda r: r.update(peak_memory_mb=10**400),
        lambda r: r.update(seconds=[1]),
        lambda r: r["seconds"].update({"\udfff": 1}),
        lambda r: r["source"].update(width=2**31),
        lambda r: r["source"].update(width=1.5),
        lambda r: r["rendition"].pop("bytes"),
        lambda r: r["frame_map"].append(3),
        lambda r: r["frame_map"].append(-1),
        lambda r: r["presentation_times"].append("1"),
        lambda r: r["tracks"][0].update(boxes={}),
        lambda r: r["tracks"][0].update(boxes={"x": [1, 2, 3, 4]}),
        lambda r: r["tracks"][0].update(boxes={"0": [1, 2, 3]}),
        lambda r: r["tracks"][0].update(boxes={"0": [1, 2, 3, -4]}),
        lambda r: r["tracks"].append(None),
        lambda r: r["residual"]["exposed"][0].update(box=[]),
        lambda r: r["residual"]["evidence"][0].update(kind="dog"),
        lambda r: r["residual"]["evidence"][0].update(box=[1]),
        lambda r: r["residual"].update(unjudgeable=None),
        lambda r: r["findings"][0].update(box=[1]),
        lambda r: r["light"].pop("luma"),
    ],
)
def test_a_report_of_another_form_is_none(change: Callable[[dict[str, Any]], object]) -> None:
    assert crashes(lambda: received.report_of(changed(change)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" + json.dumps(REPORT).encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b"[" + b"[]," * 1_000_000 + b"[]]",
        b" " * (received.MOST_REPORT + 1),
        b'{"schema": 1e999}',
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_report_is_not_read_at_any_cost(data: bytes) -> None:
    assert crashes(lambda: received.report_of(data))


def test_a_crowd_through_a_whole_clip_fits() -> None:
    boxes = {str(frame): [123.45, 234.56, 34.56, 45.67] for frame in range(3700)}
    tracks = [{"id": n, "boxes": boxes, "score": 0.9, "source": "detector"} for n in range(80)]
    data = changed(lambda report: report.update(tracks=tracks))
    assert len(data) < received.MOST_REPORT
    assert data.count(b"[") < received.MOST_CONTAINERS


def test_progress_is_what_it_was() -> None:
    line = b'{"stage": "render", "done": 3, "total": 20}'
    assert received.progress_of(line) == {"stage": "render", "done": 3, "total": 20}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"render",
        b"[1, 2]",
        b'"render"',
        b'{"stage": "render"}',
        b'{"stage": "render", "done": "3", "total": 20}',
        b'{"stage": "render", "done": 3.5, "total": 20}',
        b'{"stage": "render", "done": NaN, "total": 20}',
        b'{"stage": "render", "done": true, "total": 20}',
        b'{"stage": "render", "done": -3, "total": 20}',
        b'{"stage": "render", "done": 3, "total": 1e3}',
        b'{"stage": "render", "done": 3, "total": 99999999999}',
        b'{"stage": "render", "done": 3, "total": 20, "more": 1}',
        b'{"stage": ["render"], "done": 3, "total": 20}',
        b'{"stage": "\\ud800", "done": 3, "total": 20}',
        b'{"stage": "\\u0000", "done": 3, "total": 20}',
        b'{"stage": "Render the clip", "done": 3, "total": 20}',
        b'{"stage": "render\xff", "done": 3, "total": 20}',
        b"[" * 990,
    ],
)
def test_progress_that_is_none_is_a_crash(line: bytes) -> None:
    assert crashes(lambda: received.progress_of(line))


def test_an_answer_is_the_last_line() -> None:
    assert received.answer_of('a remark\n{"ok": true, "frames": 3}\n', CleanAnswer) == {
        "ok": True,
        "frames": 3,
    }
    facts = {"ok": True, **REPORT["source"]}
    assert received.answer_of(json.dumps(facts), ProbeAnswer) == facts


@pytest.mark.parametrize(
    "output",
    ["", "\n", "done", "{}", '{"ok": true}', '{"ok": true, "frames": "3"}', '{"frames": 3}', "[" * 9999],
)
def test_another_answer_is_a_crash(output: str) -> None:
    assert crashes(lambda: received.answer_of(output, CleanAnswer))


@pytest.mark.parametrize(
    ("told", "status", "kind", "code"),
    [
        ({"code": "too_long", "message": "The clip is longer."}, 2, VideoError, "too_long"),
        ({"code": "model_unavailable", "message": "It is not there."}, 1, VisionError, "model_unavailable"),
        ({"code": "no_such_code", "message": "?"}, 2, VideoError, "decoder_crashed"),
        ({"code": "too_long", "message": "?"}, 1, VideoError, "decoder_crashed"),
        ({"code": "Robert'); --", "message": "?"}, 1, VideoError, "decoder_crashed"),
    ],
)
def test_refusals_have_codes_that_are_known(told: dict[str, Any], status: int, kind: type, code: str) -> None:
    error = received.refusal_of(json.dumps({"ok": False, **told}), status)
    assert (type(error), error.code) == (kind, code)


def test_messages_are_short_and_of_characters() -> None:
    told = {"ok": False, "code": "model_unusable", "message": "\x1b[31m\0\ud800" + "line\n" * 1000}
    message = received.refusal_of(json.dumps(told), 1).message
    assert message.isprintable()
    assert 0 < len(message) <= 500
