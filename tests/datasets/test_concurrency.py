"""A clip that is withdrawn while it is being frozen: nobody can tell which came first, and either is safe."""

import threading

import pytest
from django.db import connections

from annotations.accounts.enums import Role
from annotations.audit.actors import Actor
from annotations.clips import services as clips
from annotations.core.errors import Conflict
from annotations.datasets import selectors, services
from annotations.datasets.filters import Filters
from annotations.datasets.services import contents
from tests.factories import make_accepted, make_project

ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)
OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)


def in_a_thread(function: object, *arguments: object) -> threading.Thread:
    def run() -> None:
        try:
            function(*arguments)  # type: ignore[operator]
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.engines
@pytest.mark.parametrize("moment", ["after the draft", "inside the transaction"])
def test_a_withdrawal_during_a_freeze_never_leaves_a_release_that_can_be_downloaded_with_the_clip(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    project = make_project()
    kept, lost = (make_accepted(project).assignment.clip for _ in range(2))
    release = services.request(services.create(ENGINEER, "Porch", project, Filters()), ENGINEER)
    withdrawing: list[threading.Thread] = []
    hook = "_write" if moment == "after the draft" else "_renditions_that_pass"
    original = getattr(contents, hook)

    def meanwhile(*arguments: object) -> object:
        withdrawing.append(in_a_thread(clips.withdraw, lost, OFFICER))
        withdrawing[0].join(1)  # it may have to wait for the freeze
        return original(*arguments)

    monkeypatch.setattr(contents, hook, meanwhile)
    services.freeze(release.pk)
    withdrawing[0].join()
    services.mark(lost.pk)
    release.refresh_from_db()
    held = {item.clip for item in release.items.all()}
    assert kept in held
    if lost in held:
        assert list(selectors.unusable(release).values_list("clip", flat=True)) == [lost.pk]
        assert [mark.item.clip for mark in selectors.marks(release)] == [lost]
        with pytest.raises(Conflict):
            services.deliver(release, "coco", ENGINEER)
    else:
        assert release.left_out == {"withdrawn": 1}
        assert services.deliver(release, "coco", ENGINEER)
