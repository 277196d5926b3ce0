"""What a dataset asks for, as it is stored."""

import datetime

from annotations.datasets.filters import Filters


def test_filters_survive_storage() -> None:
    filters = Filters(
        ("threat",), ("person", "vehicle"), datetime.date(2026, 1, 2), datetime.date(2026, 3, 4)
    )
    assert Filters.from_json(filters.as_json()) == filters


def test_nothing_asked_for_stores_nothing() -> None:
    assert Filters().as_json() == {}
    assert Filters.from_json({}) == Filters()


def test_the_order_of_typing_does_not_matter() -> None:
    assert Filters(labels=("b", "a", "b")).as_json() == Filters(labels=("a", "b")).as_json()


def test_days_are_whole_days_of_utc() -> None:
    day = datetime.date(2026, 3, 4)
    filters = Filters(first_day=day, last_day=day)
    assert filters.since == datetime.datetime(2026, 3, 4, tzinfo=datetime.UTC)
    assert filters.until == datetime.datetime(2026, 3, 5, tzinfo=datetime.UTC)
