"""Days and times are spelled in one way for people."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

from annotations.core.templatetags import times
from tests.conftest import ROOT

MOMENT = datetime.datetime(2026, 10, 25, 0, 30, 9, tzinfo=datetime.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
# Forms of machines: what <time datetime> takes.
OTHER_SPELLING = re.compile(r"""\|\s*(?:date(?!:"c")|time\b(?!s))[^|}]*|\{%\s*now\b|timesince|timeuntil""")


def test_a_moment_is_a_day_with_its_month_in_letters_and_a_time_with_its_zone() -> None:
    assert times.day(MOMENT) == "25 Oct 2026"
    assert times.weekday(MOMENT.date()) == "Sunday, 25 Oct 2026"
    assert times.minute(MOMENT) == "25 Oct 2026, 00:30 UTC"
    assert times.second(MOMENT) == "25 Oct 2026, 00:30:09 UTC"


def test_a_day_that_comes_twice_is_told_by_the_distance_from_utc() -> None:
    assert times.minute(MOMENT, BERLIN) == "25 Oct 2026, 02:30 +02:00"
    assert times.minute(MOMENT + datetime.timedelta(hours=1), BERLIN) == "25 Oct 2026, 02:30 +01:00"


@pytest.mark.parametrize("value", [MOMENT, "2026-10-25T00:30:09.000000Z"])
def test_answers_and_certificates_hold_their_moments_as_text(value: datetime.datetime | str) -> None:
    assert (times.day(value), times.minute(value)) == ("25 Oct 2026", "25 Oct 2026, 00:30 UTC")


def test_nothing_is_shown_of_nothing() -> None:
    assert times.day(None) == times.minute(None) == times.second("") == ""


def test_the_component_gives_programs_the_instant_and_people_the_words() -> None:
    plain = " ".join(render_to_string("components/when.html", {"moment": MOMENT}).split())
    assert '<time datetime="2026-10-25T00:30:09+00:00" title="25 Oct 2026, 00:30:09 UTC">' in plain
    assert ">25 Oct 2026, 00:30 UTC</time>" in plain
    zoned = render_to_string("components/when.html", {"moment": MOMENT, "zone": BERLIN, "seconds": True})
    assert "data-zoned data-seconds" in zoned
    assert ">25 Oct 2026, 02:30:09 +02:00</time>" in zoned


def test_no_template_spells_dates_in_a_way_of_its_own() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file()
        for match in OTHER_SPELLING.finditer(path.read_text())
    ]
    assert found == []
    assert OTHER_SPELLING.search('{{ moment|date:"Y-m-d H:i" }}')
    assert not OTHER_SPELLING.search('{{ moment|date:"c" }}')
