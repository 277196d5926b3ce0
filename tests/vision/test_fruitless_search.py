"""What was searched in vain need not be searched again, until it shows something else."""

import numpy as np

from annotations.vision.change_detection import BLOCK, ChangeDetector, Luma
from annotations.vision.fruitless_search import KEPT, FruitlessSearches

WIDTH, HEIGHT = 320, 192
CHANGES = ChangeDetector(WIDTH, HEIGHT, 32)
EMPTY = np.full((HEIGHT // 4, WIDTH // 4), 100, np.uint8)


def somebody_at(column: int) -> Luma:
    """Somebody of 3 x 5 blocks, `column` blocks from the left."""
    picture = EMPTY.copy()
    picture[16:36, column * 4 : (column + 3) * 4] = 200
    return picture


def searched(*pictures: Luma) -> FruitlessSearches:
    searches = FruitlessSearches()
    for picture in pictures:
        searches.add(CHANGES, picture, [CHANGES.everything], [])
    return searches


def test_at_first_everything_is_unknown() -> None:
    assert FruitlessSearches().unknown(CHANGES, EMPTY).all()


def test_who_stands_elsewhere_is_unknown_there_and_the_room_behind_them_is_not() -> None:
    unknown = searched(EMPTY, somebody_at(2)).unknown(CHANGES, somebody_at(10))
    rows, columns = np.nonzero(unknown)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 8, 10, 12)


def test_what_was_seen_before_is_known_when_it_comes_back() -> None:
    searches = searched(EMPTY, somebody_at(2), somebody_at(10))
    assert not searches.unknown(CHANGES, somebody_at(2)).any()
    assert not searches.unknown(CHANGES, EMPTY).any()


def test_what_was_not_among_the_regions_searched_stays_unknown() -> None:
    searches = FruitlessSearches()
    (region,) = CHANGES.joined([(0, 0, 64, 64)])
    searches.add(CHANGES, EMPTY, [region], [])
    known = searches.unknown(CHANGES, EMPTY) == 0
    assert known.sum() == (64 // BLOCK) ** 2
    assert known[:4, :4].all()


def test_where_something_doubtful_was_found_it_is_searched_again() -> None:
    searches = FruitlessSearches()
    searches.add(CHANGES, EMPTY, [CHANGES.everything], [(160.0, 96.0, 20.0, 20.0)])
    unknown = searches.unknown(CHANGES, EMPTY)
    assert unknown[6, 10]
    assert not unknown[0, 0]


def test_what_changes_slowly_becomes_unknown() -> None:
    """Each step is compared with what was searched, not with the step before."""
    searches = searched(EMPTY)
    found = [searches.unknown(CHANGES, EMPTY + np.uint8(rise)).any() for rise in range(0, 60, 4)]
    assert not found[0]
    assert found[-1]


def test_old_searches_and_old_scenes_are_forgotten() -> None:
    searches = searched(*(somebody_at(column) for column in range(KEPT + 1)))
    assert searches.unknown(CHANGES, somebody_at(0))[4:9, 0].all()
    searches.clear()
    assert searches.unknown(CHANGES, EMPTY).all()
