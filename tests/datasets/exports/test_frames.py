"""Which frames become images."""

from annotations.datasets.exports.frames import annotated, sampled
from annotations.review.body import Keyframe, Track


def key(frame: int, *, outside: bool = False) -> Keyframe:
    return {"frame": frame, "box": [0.0, 0.0, 10.0, 10.0], "outside": outside, "occluded": False}


def track(*keyframes: Keyframe) -> Track:
    return {"id": "t", "label": "person", "keyframes": list(keyframes)}


TEN_A_SECOND = [n / 10 for n in range(40)]


def test_two_frames_a_second_by_presentation_time() -> None:
    assert sampled(TEN_A_SECOND) == [0, 5, 10, 15, 20, 25, 30, 35]
    assert sampled([7.0, 7.4, 7.5, 9.0, 9.1, 9.6]) == [0, 2, 3, 5]
    assert sampled([]) == []


def test_keyframes_are_always_taken_and_samples_only_while_a_box_shows() -> None:
    assert annotated([track(key(3), key(12), key(17, outside=True))], TEN_A_SECOND) == [3, 5, 10, 12, 15]


def test_a_frame_counts_once_for_several_tracks() -> None:
    tracks = [track(key(5), key(11, outside=True)), track(key(10), key(16, outside=True))]
    assert annotated(tracks, TEN_A_SECOND) == [5, 10, 11, 15]


def test_frames_beyond_the_end_are_left_out() -> None:
    assert annotated([track(key(38), key(45))], TEN_A_SECOND) == [38]
    assert annotated([], TEN_A_SECOND) == []
