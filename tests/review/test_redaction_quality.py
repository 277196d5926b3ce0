"""Misses per 1,000 face tracks that reviewers looked at."""

import dataclasses

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.redaction.models import RedactionRun
from annotations.review import redaction_quality
from annotations.review.miss_rates import Looked, by, light_class, rate, size_class, wilson
from tests.factories import make_accepted, make_project, make_ready_clip, make_track, make_user


def looked(**fields: object) -> Looked:
    return dataclasses.replace(Looked(20.0, 100.0, 9.0, "c", "2026-01", False), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (0, 0, 0, 1),
        (0, 10, 0, 0.2775),
        (10, 10, 0.7225, 1),
        (5, 50, 0.0435, 0.2136),
        (1, 1000, 0.0002, 0.0056),
    ],
)
def test_the_interval_is_wilsons(hits: int, total: int, low: float, high: float) -> None:
    """Against values of the formula that were computed elsewhere (R: binom.confint(method="wilson"))."""
    assert wilson(hits, total) == pytest.approx((low, high), abs=1e-4)


def test_rates_are_per_thousand() -> None:
    found = rate("all", [looked(missed=number < 3) for number in range(60)])
    assert (found.missed, found.tracks, found.per_mille) == (3, 60, 50)
    assert found.low < 50 < found.high
    assert rate("none", []).tracks == 0


def test_faces_are_grouped_by_size_and_light() -> None:
    assert [size_class(looked(side=side)) for side in (15.9, 16, 40, 64, 300, None)] == [
        "under 16 px", "16 to 31 px", "32 to 63 px", "64 px and more", "64 px and more", "not known",
    ]  # fmt: skip
    assert light_class(looked(colour=1.0)) == "without colour (night)"
    assert light_class(looked(luma=20.0)) == "dark"
    assert light_class(looked()) == "bright"
    assert light_class(looked(luma=None)) == "not known"
    rates = by(
        [looked(side=70.0), looked(side=5.0, missed=True)], size_class, ["under 16 px", "64 px and more"]
    )
    assert [(each.name, each.missed, each.tracks) for each in rates] == [
        ("under 16 px", 1, 1),
        ("64 px and more", 0, 1),
    ]


@pytest.fixture
def reviewed(db: None) -> None:
    """Two reviewed clips, one with a missed face; one that nobody has looked at."""
    project = make_project()
    for missed in (False, True):
        clip = make_accepted(project).assignment.clip
        for _ in range(3):
            make_track(clip)
        if missed:
            make_track(clip, source="person", side=9.0)
            make_track(clip, source="person", kind="licence_plate")
            make_track(clip, source="person", kind="licence_plate")
        models = [{"name": "centerface", "sha256": "ab" * 32, "role": "face"}]
        RedactionRun.objects.filter(clip=clip).update(
            models_used=models, light={"luma": 30.0, "colour": 8.0} if missed else {}
        )
    make_track(make_ready_clip())


def test_only_what_reviewers_looked_at_counts(reviewed: None) -> None:
    report = redaction_quality.report()
    assert (report["total"].missed, report["total"].tracks) == (1, 7)
    groups = {
        name: {each.name: (each.missed, each.tracks) for each in rates} for name, rates in report["groups"]
    }
    assert groups["size"] == {"under 16 px": (1, 7)}
    assert groups["light"] == {"dark": (1, 4), "not known": (0, 3)}
    assert groups["detector"] == {"centerface abababababab": (1, 7)}


def test_what_was_found_is_counted_by_kind_and_no_plate_counts_as_a_missed_face(reviewed: None) -> None:
    report = redaction_quality.report()
    found = {
        each.name: (each.found, each.clips.missed, each.clips.tracks, each.clips.per_mille)
        for each in report["kinds"]
    }
    assert found["Face"] == (1, 1, 2, 500)
    assert found["Licence plate"] == (2, 1, 2, 500)
    assert found["Document or screen"] == (0, 0, 2, 0)
    assert len(found) == 5


@pytest.mark.django_db
def test_a_clip_with_nothing_but_a_plate_is_told_of() -> None:
    clip = make_accepted(make_project()).assignment.clip
    make_track(clip, source="person", kind="licence_plate")
    report = redaction_quality.report()
    assert report["looked_at"]
    assert report["total"].tracks == 0


def test_the_page_shows_a_chart_and_the_same_numbers_as_tables(reviewed: None) -> None:
    client = Client()
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    page = client.get(reverse("review:redaction_quality")).content.decode()
    assert "<strong>1</strong> missed among <strong>7</strong>" in page
    assert '<svg class="chart"' in page
    assert page.count("<table") == 5


@pytest.mark.django_db
def test_without_any_it_says_so() -> None:
    client = Client()
    client.force_login(make_user(Role.OPERATOR))
    page = client.get(reverse("review:redaction_quality")).content.decode()
    assert "No face has been looked at yet" in page
    assert "<svg class" not in page
