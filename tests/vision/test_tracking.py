"""Faces through time."""

from collections.abc import Sequence

from annotations.vision.boxes import Box
from annotations.vision.faces import Face
from annotations.vision.tracking import TrackingRules, link

RATE = 20.0


def face(x: float, score: float = 0.9, y: float = 50.0, size: float = 40.0) -> Face:
    return Face((x, y, size, size), score)


def holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + 1e-6
        and outer[1] <= inner[1] + 1e-6
        and outer[0] + outer[2] >= inner[0] + inner[2] - 1e-6
        and outer[1] + outer[3] >= inner[1] + inner[3] - 1e-6
    )


def test_a_face_that_turns_away_for_most_of_a_second_stays_one_track() -> None:
    seen = {frame: [face(100 + frame)] for frame in (*range(20), *range(38, 60))}
    (track,) = link(seen, rate=RATE, frames=60)
    assert sorted(track.boxes) == list(range(60))
    assert all(holds(track.boxes[frame], face(100 + frame).box) for frame in range(60))


def test_frames_between_looks_are_filled() -> None:
    (track,) = link({0: [face(0)], 6: [face(30)], 12: [face(60)]}, rate=RATE, frames=13)
    assert all(holds(track.boxes[frame], face(5 * frame).box) for frame in range(13))


def test_weak_detections_continue_a_track_both_ways() -> None:
    seen = {frame: [face(100, 0.18)] for frame in range(0, 60, 3)}
    seen[30] = [face(100, 0.8)]
    (track,) = link(seen, rate=RATE, frames=60)
    assert min(track.boxes) == 0
    assert max(track.boxes) == 59


def test_weak_detections_alone_are_no_face() -> None:
    assert link({frame: [face(100 + frame % 3, 0.2)] for frame in range(40)}, rate=RATE, frames=40) == []


def test_three_different_looks_of_middling_score_are_a_face() -> None:
    seen = {frame: [face(100 + frame, 0.35)] for frame in (0, 5, 10)}
    assert len(link(seen, rate=RATE, frames=20)) == 1
    still = {frame: [face(100, 0.35)] for frame in (0, 5, 10)}
    assert link(still, rate=RATE, frames=20) == []


def test_tracks_reach_beyond_first_and_last_sight_and_grow_there() -> None:
    (track,) = link({30: [face(100)], 31: [face(100)]}, rate=RATE, frames=80)
    assert min(track.boxes) <= 30 - 0.25 * RATE
    assert max(track.boxes) >= 31 + 0.25 * RATE
    assert holds(track.boxes[max(track.boxes)], face(100).box)
    assert track.boxes[max(track.boxes)][2] > 50


def test_no_track_crosses_a_cut() -> None:
    seen = {frame: [face(100)] for frame in range(40)}
    tracks = link(seen, rate=RATE, frames=40, cuts={20: 20})
    assert [(min(t.boxes), max(t.boxes)) for t in tracks] == [(0, 19), (20, 39)]


def test_two_people_who_stand_apart_are_two_tracks() -> None:
    seen = {frame: [face(50 + 2 * frame), face(400 - 2 * frame)] for frame in range(0, 40, 4)}
    first, second = link(seen, rate=RATE, frames=40)
    assert {first.id, second.id} == {1, 2}
    assert abs(first.boxes[20][0] - 90) < 10
    assert abs(second.boxes[20][0] - 360) < 10


def test_a_face_far_away_a_moment_later_is_somebody_else() -> None:
    seen = {0: [face(0)], 2: [face(400)]}
    assert len(link(seen, rate=RATE, frames=10)) == 2


def test_a_strong_score_is_enough_once() -> None:
    assert len(link({7: [face(10, TrackingRules().strong)]}, rate=RATE, frames=10)) == 1


def test_nothing_seen_means_no_tracks() -> None:
    assert link({0: [], 5: []}, rate=RATE, frames=10) == []


def smeared(frames: Sequence[int], scores: Sequence[float]) -> dict[int, list[Face]]:
    """A face that walks, seen on these frames with these scores."""
    return {
        frame: [Face((100.0 + 2 * frame, 50.0, 20.0, 25.0), score)]
        for frame, score in zip(frames, scores, strict=True)
    }


def test_five_poor_looks_within_a_second_make_a_face_and_five_in_three_seconds_do_not() -> None:
    scores = [0.22, 0.2, 0.24, 0.21, 0.2]
    (track,) = link(smeared([0, 3, 6, 9, 12], scores), rate=12.0, frames=30)
    assert set(range(13)) <= set(track.boxes)
    assert link(smeared([0, 9, 18, 27, 36], scores), rate=12.0, frames=40) == []
    assert link(smeared([0, 3, 6, 9, 12], [0.22, 0.2, 0.24, 0.19, 0.2]), rate=12.0, frames=30) == []


def test_with_five_frames_a_second_three_poor_looks_are_enough() -> None:
    seen = smeared(range(0, 6, 2), [0.22] * 3)
    assert len(link(seen, rate=5.0, frames=20)) == 1
    assert link(seen, rate=10.0, frames=20) == []
    assert link(smeared((0, 5, 10), [0.22] * 3), rate=5.0, frames=20) == []


def test_a_place_that_has_not_changed_is_one_look_however_often() -> None:
    still = {frame: [Face((100.0, 50.0, 20.0, 25.0), 0.24)] for frame in range(0, 30, 3)}
    assert link(still, rate=12.0, frames=30) == []


def test_scenes_of_one_place_decide_together_what_is_a_face() -> None:
    """Two cameras by turns, two frames at a time: a poor look in each of them."""
    seen = {frame: [face(100 + frame, 0.35)] if frame % 4 < 2 else [] for frame in range(16)}
    cuts = {cut: cut % 4 for cut in range(2, 16, 2)}
    tracks = link(seen, rate=RATE, frames=16, cuts=cuts)
    assert [sorted(track.boxes) for track in tracks] == [[n, n + 1] for n in (0, 4, 8, 12)]
    assert link(seen, rate=RATE, frames=16, cuts={cut: cut for cut in cuts}) == []


def test_where_a_face_was_seen_before_and_is_seen_again_it_is_between_them_but_not_in_other_places() -> None:
    seen: dict[int, list[Face]] = {frame: [] for frame in range(12)}
    seen |= {0: [face(100)], 11: [face(120)]}
    cuts = {2: 2, 4: 0, 6: 2, 8: 0}
    tracks = link(seen, rate=RATE, frames=12, cuts=cuts)
    assert sorted(frame for track in tracks for frame in track.boxes) == [0, 1, 4, 5, 8, 9, 10, 11]
    assert holds(tracks[1].boxes[5], face(100 + 20 * 5 / 11).box)


def test_in_a_crowd_four_looks_as_poor_as_may_be_are_a_face() -> None:
    def seen(others: int, found_on: Sequence[int], crowd_until: int = 40) -> dict[int, list[Face]]:
        faces = {
            frame: [face(100.0 * n, y=300) for n in range(others if frame < crowd_until else 0)]
            for frame in range(0, 40, 2)
        }
        for frame in found_on:
            faces[frame].append(face(100 + frame, 0.16))
        return faces

    found_on = (0, 10, 20, 30)
    assert len(link(seen(12, found_on), rate=RATE, frames=40)) == 13
    assert len(link(seen(11, found_on), rate=RATE, frames=40)) == 11
    assert len(link(seen(12, found_on[:3]), rate=RATE, frames=40)) == 12
    assert len(link(seen(12, found_on, crowd_until=20), rate=RATE, frames=40)) == 12
