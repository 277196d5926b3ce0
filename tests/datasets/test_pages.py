"""The pages and the API of datasets."""

import datetime
import hashlib
import io
import json
import uuid
import zipfile
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.core.errors import Invalid
from annotations.datasets import log, services
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset, Release
from annotations.review.models import Project
from tests.factories import make_accepted, make_body, make_project, make_user
from tests.forms import seen
from tests.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def engineer() -> User:
    return make_user(Role.ML_ENGINEER)


@pytest.fixture
def site(client: Client, engineer: User) -> Client:
    client.force_login(engineer)
    return client


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project, engineer: User) -> Dataset:
    return services.create(engineer.actor, "Porch", project, Filters(), "For the porch.")


@pytest.fixture
def release(dataset: Dataset, project: Project, engineer: User) -> Release:
    make_accepted(project)
    make_accepted(project, training=False)
    made = services.request(dataset, engineer.actor)
    services.freeze(made.pk)
    made.refresh_from_db()
    return made


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.both
def test_a_dataset_is_made_and_named_once(site: Client, project: Project) -> None:
    form = {"name": "Porch", "description": "x", "project": str(project.pk)}
    response = site.post(reverse("datasets:create"), form)
    dataset = Dataset.objects.get()
    assert response.headers["Location"] == reverse("datasets:detail", args=[dataset.pk])
    again = site.post(reverse("datasets:create"), form)
    assert again.status_code == 400
    assert "There is a dataset of this name already." in again.content.decode()


def test_the_index_invites_when_it_is_empty_and_lists_what_there_is(site: Client, project: Project) -> None:
    assert "No dataset yet" in site.get(reverse("datasets:index")).content.decode()
    services.create(WORKER, "Porch", project, Filters())
    assert "Porch" in site.get(reverse("datasets:index")).content.decode()


def test_choosing_filters_tells_the_counts_without_saving(
    site: Client, dataset: Dataset, project: Project
) -> None:
    make_accepted(project)
    make_accepted(project, body=make_body(verdict="false_alarm"))
    make_accepted(project, training=False)
    address = reverse("datasets:detail", args=[dataset.pk])
    told = markup(site.get(address, {"verdicts": "threat"}, headers=HTMX).content.decode())
    assert "<html" not in told
    assert "<dt>clips pass the gate</dt><dd>1</dd>" in told
    assert "<dt>stay out</dt><dd>2</dd>" in told
    assert "The owner did not consent to training" in told
    dataset.refresh_from_db()
    assert dataset.filters == {}


def test_wrong_filters_are_said_in_place(site: Client, dataset: Dataset) -> None:
    days = {"first_day": "2026-03-02", "last_day": "2026-03-01"}
    address = reverse("datasets:detail", args=[dataset.pk])
    assert "The last day is before the first one." in site.get(address, days, headers=HTMX).content.decode()
    response = site.post(reverse("datasets:change", args=[dataset.pk]), days)
    assert response.status_code == 400
    assert "The last day is before the first one." in response.content.decode()


def test_days_at_the_ends_of_the_calendar_are_refused(site: Client, dataset: Dataset) -> None:
    for days in ({"last_day": "9999-12-31"}, {"first_day": "0001-01-01"}):
        response = site.post(reverse("datasets:change", args=[dataset.pk]), days)
        assert response.status_code == 400
        assert "Choose a day" in response.content.decode()
    with pytest.raises(Invalid, match="day_out_of_range"):
        services.change(dataset, Filters(last_day=datetime.date.max), WORKER)
    assert site.get(reverse("datasets:detail", args=[dataset.pk])).status_code == 200


@pytest.mark.both
def test_freezing_freezes_what_the_form_shows(site: Client, dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    form = {"verdicts": ["threat"], "freeze": "1"}
    response = site.post(reverse("datasets:change", args=[dataset.pk]), form | seen(dataset))
    release = Release.objects.get()
    assert release.filters == {"verdicts": ["threat"]}
    assert response.headers["Location"] == reverse("datasets:release", args=[release.pk])


def test_an_empty_freeze_says_why_not(site: Client, dataset: Dataset) -> None:
    response = site.post(
        reverse("datasets:change", args=[dataset.pk]), {"freeze": "1"} | seen(dataset), follow=True
    )
    assert "The gate lets no clip through" in response.content.decode()
    assert not Release.objects.exists()


def test_the_page_of_a_release_that_is_being_frozen_moves_until_it_is(
    site: Client, dataset: Dataset, project: Project, engineer: User
) -> None:
    make_accepted(project)
    release = services.request(dataset, engineer.actor)
    address = reverse("datasets:release", args=[release.pk])
    assert "Waiting for a worker" in site.get(address).content.decode()
    moving = site.get(address, headers=HTMX).content.decode()
    assert 'hx-trigger="every 1s"' in moving
    assert "<html" not in moving
    services.freeze(release.pk)
    assert site.get(address, headers=HTMX).headers["HX-Refresh"] == "true"


def test_a_frozen_release_shows_digests_clips_and_what_stayed_out(site: Client, release: Release) -> None:
    shown = site.get(reverse("datasets:release", args=[release.pk])).content.decode()
    assert release.manifest_sha256 in shown
    assert "The owner did not consent to training" in shown
    item = release.items.get()
    assert str(item.clip.public_id) in shown
    assert item.annotation is not None
    reviewer = item.annotation.assignment.reviewer
    assert reviewer is not None
    assert reviewer.pseudonym in shown
    assert reviewer.username not in shown
    listed = site.get(reverse("datasets:left_out", args=[release.pk])).content.decode()
    assert str(release.exclusions.get().clip.public_id) in listed


def test_a_download_gives_the_same_bytes_each_time_and_is_logged_each_time(
    site: Client, release: Release
) -> None:
    address = reverse("datasets:download", args=[release.pk, "coco"])
    first, second = (body(site.get(address)) for _ in range(2))
    assert first == second
    assert hashlib.sha256(first).hexdigest() == release.files.get(format="coco").sha256
    assert "annotations.json" in zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert LogEntry.objects.filter(action="dataset.exported").count() == 2


def test_a_download_names_its_file_and_is_not_cached(site: Client, release: Release) -> None:
    response = site.get(reverse("datasets:download", args=[release.pk, "jsonl"]))
    assert response.headers["Content-Disposition"] == 'attachment; filename="porch-1-jsonl.jsonl"'
    assert response.headers["Cache-Control"] == "no-store"
    assert body(response)


def test_a_download_can_be_taken_up_again(site: Client, release: Release) -> None:
    address = reverse("datasets:api_file", args=[release.pk, "manifest"])
    whole = body(site.get(address))
    rest = site.get(address, headers={"Range": "bytes=10-"})
    assert rest.status_code == 206
    assert body(rest) == whole[10:]


def test_a_withdrawn_release_says_so_and_is_not_downloaded(site: Client, release: Release) -> None:
    clip = release.items.get().clip
    clips.withdraw(clip, WORKER)
    refused = site.get(reverse("datasets:api_file", args=[release.pk, "coco"]))
    assert refused.status_code == 409
    told = refused.json()
    assert (told["code"], told["clips"], told["instead"]) == (
        "release_withdrawn",
        [str(clip.public_id)],
        None,
    )
    page = site.get(reverse("datasets:download", args=[release.pk, "coco"]))
    assert page.status_code == 409
    assert "1 clips of this release" not in page.content.decode()
    assert "may not be used any more" in page.content.decode()
    assert "The same bytes at every download" in page.content.decode()
    services.mark(clip.pk)
    marked = site.get(reverse("datasets:release", args=[release.pk])).content.decode()
    assert "May not be used" in marked
    assert "Consent withdrawn" in marked
    assert reverse("datasets:download", args=[release.pk, "coco"]) not in marked
    assert "The same bytes at every download" not in marked
    assert not any(storages["exports"].exists(file.name) for file in release.files.all())


@pytest.mark.both
def test_a_file_of_a_format_that_is_no_longer_registered_is_listed_downloaded_and_destroyed(
    site: Client, release: Release
) -> None:
    release.files.filter(format="jsonl").update(format="gone")
    shown = markup(site.get(reverse("datasets:release", args=[release.pk])).content.decode())
    address = reverse("datasets:download", args=[release.pk, "gone"])
    assert f'<a href="{address}" download>gone</a>' in shown
    assert "Not made yet" in shown
    assert "JSON lines (one clip per line)" in shown
    response = site.get(address)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert body(response)
    listed = site.get(reverse("datasets:api_release", args=[release.pk])).json()["files"]
    assert "gone" in {file["format"] for file in listed}
    entry = json.loads(bytes(LogEntry.objects.get(action="dataset.exported").canonical))
    assert "downloaded; gone, clips: 1" in log.EXPORTED.present(entry["data"])
    clip = release.items.get().clip
    clips.withdraw(clip, WORKER)
    services.mark(clip.pk)
    assert release.files.filter(destroyed_at=None).count() == 0
    assert site.get(reverse("datasets:release", args=[release.pk])).status_code == 200


@pytest.mark.both
def test_the_missing_file_of_a_newer_format_is_made_from_the_releases_page(
    site: Client, release: Release
) -> None:
    address = reverse("datasets:release", args=[release.pk])
    assert "Make the missing files" not in site.get(address).content.decode()
    release.files.filter(format="jsonl").delete()
    assert "Make the missing files" in site.get(address).content.decode()
    site.post(reverse("datasets:retry", args=[release.pk]))
    services.freeze(release.pk)
    assert release.files.filter(format="jsonl").exists()
    assert "Make the missing files" not in site.get(address).content.decode()


def test_the_api_tells_where_a_release_stands(site: Client, release: Release) -> None:
    told = site.get(reverse("datasets:api_release", args=[release.pk])).json()
    assert told["state"] == "frozen"
    assert told["clips"] == 1
    assert told["left_out"] == {"no_training_consent": 1}
    assert told["unusable"] == []
    assert {file["format"] for file in told["files"]} == {exporter.code for exporter in EXPORTERS}
    for file in told["files"]:
        assert hashlib.sha256(body(site.get(file["url"]))).hexdigest() == file["sha256"]
    clips.withdraw(release.items.get().clip, WORKER)
    assert len(site.get(reverse("datasets:api_release", args=[release.pk])).json()["unusable"]) == 1


@pytest.mark.both
def test_a_failed_release_says_why_and_can_be_tried_again(site: Client, release: Release) -> None:
    Release.objects.filter(pk=release.pk).update(
        state="failed", failure_code="storage_failed", failure_message="Full."
    )
    address = reverse("datasets:release", args=[release.pk])
    assert "storage_failed" in site.get(address).content.decode()
    site.post(reverse("datasets:retry", args=[release.pk]))
    release.refresh_from_db()
    assert release.state == "queued"
    refused = site.post(reverse("datasets:retry", args=[release.pk]), follow=True)
    assert "Only a release that failed" in refused.content.decode()


def test_what_is_not_there_is_not_found(site: Client) -> None:
    for route in ("datasets:detail", "datasets:release", "datasets:left_out", "datasets:api_release"):
        assert site.get(reverse(route, args=[uuid.uuid4()])).status_code == 404


def test_officers_read_but_do_not_freeze_or_download(client: Client, release: Release) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    shown = client.get(reverse("datasets:detail", args=[release.dataset_id])).content.decode()
    assert "Freeze a release" not in shown
    shown = client.get(reverse("datasets:release", args=[release.pk])).content.decode()
    assert reverse("oversight:dossier", args=[release.items.get().clip.public_id]) in shown
    assert client.get(reverse("datasets:download", args=[release.pk, "coco"])).status_code == 403
    assert (
        client.post(reverse("datasets:change", args=[release.dataset_id]), {"freeze": "1"}).status_code == 403
    )


@pytest.mark.both
@pytest.mark.usefixtures("journal_asked_before")
def test_lists_cost_the_same_queries_at_one_and_at_three_rows(
    site: Client, release: Release, project: Project, engineer: User, django_assert_max_num_queries: Any
) -> None:
    addresses = [
        reverse("datasets:index"),
        reverse("datasets:detail", args=[release.dataset_id]),
        reverse("datasets:release", args=[release.pk]),
        reverse("datasets:left_out", args=[release.pk]),
    ]
    costs = [_cost(site, address, django_assert_max_num_queries) for address in addresses]
    for number in range(2):
        services.create(engineer.actor, f"Other {number}", project, Filters())
        make_accepted(project)
        make_accepted(project, training=False)
        services.freeze(services.request(release.dataset, engineer.actor).pk)
    last = Release.objects.order_by("-number")[0]
    addresses[2:] = [
        reverse("datasets:release", args=[last.pk]),
        reverse("datasets:left_out", args=[last.pk]),
    ]
    assert [_cost(site, address, django_assert_max_num_queries) for address in addresses] == costs


def _cost(site: Client, address: str, counting: Any) -> int:
    with counting(100) as context:
        assert site.get(address).status_code == 200
    return len(context)
