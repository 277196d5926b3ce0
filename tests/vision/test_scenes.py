"""Scenes, and those that show the same place."""

from annotations.vision.scenes import REMEMBERED, ScenesSeen, places
from tests.vision.test_change_detection import scene, seen


def test_without_cuts_a_clip_is_one_scene() -> None:
    assert places({}, 30) == [[(0, 30)]]


def test_scenes_are_told_by_the_place_that_they_show() -> None:
    cuts = {4: 4, 10: 0, 12: 4, 20: 20}
    assert places(cuts, 30) == [[(0, 4), (10, 12)], [(4, 10), (12, 20)], [(20, 30)]]


def test_cuts_beyond_the_end_do_not_count() -> None:
    assert places({4: 4, 40: 0}, 20) == [[(0, 4)], [(4, 20)]]


def test_two_cameras_by_turns_are_two_places_even_when_one_of_them_moves() -> None:
    one, other = scene(1), scene(2)
    views = [seen(one, 100, 100), seen(other, 100, 100), seen(one, 104, 97), seen(other, 100, 100)]
    scenes = ScenesSeen()
    assert [scenes.cut(5 * n, views[n - 1], views[n]) for n in (1, 2, 3)] == [5, 0, 5]


def test_a_place_is_known_by_what_it_looked_like_last() -> None:
    place, other = scene(1), scene(2)
    corners = [(0, 0), (80, 60), (160, 120)]
    scenes = ScenesSeen()
    frame = 0
    found = []
    for x, y in corners[1:]:
        # The camera goes on while it shows, and is back where it was left.
        found.append(scenes.cut(frame + 5, seen(place, x, y), seen(other, 0, 0)))
        found.append(scenes.cut(frame + 10, seen(other, 0, 0), seen(place, x, y)))
        frame += 10
    assert found == [5, 0, 5, 0]


def test_what_was_long_ago_and_what_is_forgotten_are_new_places() -> None:
    pictures = [seen(scene(seed), 100, 100) for seed in range(REMEMBERED + 3)]
    scenes = ScenesSeen()
    for number in range(1, len(pictures)):
        assert scenes.cut(number, pictures[number - 1], pictures[number]) == number
    assert scenes.cut(50, pictures[-1], pictures[0]) == 50
    scenes.forget()
    assert scenes.cut(60, pictures[0], pictures[-1]) == 60
