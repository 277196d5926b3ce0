"""Legal holds that cover the same clip are placed and released at the same time: one stands as long as any of them."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.rights import services
from annotations.rights.enums import ScopeKind
from annotations.rights.retention.models import LegalHold
from annotations.rights.scopes import Scope
from tests import factories as make

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("fresh_database")]
REASON = "The court of the town orders it."


@pytest.fixture
def officers(fresh_database: str) -> tuple[User, User]:
    return make.make_user(Role.PRIVACY_OFFICER), make.make_user(Role.PRIVACY_OFFICER)


def beside(act: Callable[[], object]) -> threading.Thread:
    """Does it on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    started = threading.Thread(target=run)
    started.start()
    return started


def at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
    """The second begins while the first is not committed yet."""
    done, go = threading.Event(), threading.Event()

    def held() -> None:
        with transaction.atomic():
            first()
            done.set()
            go.wait(30)

    one = beside(held)
    assert done.wait(30)
    other = beside(second)
    other.join(1)
    go.set()
    one.join()
    other.join()


def owners_and_own(officers: tuple[User, User]) -> tuple[Clip, LegalHold, Scope]:
    """A clip under a hold of its owner, and the scope of a hold of its own."""
    clip = make.make_ready_clip()
    wide = make.make_legal_hold(Scope(ScopeKind.OWNER, clip.owner.pseudonym), *officers)
    services.ask_for_release(wide.pk, REASON, officers[0].actor)
    return clip, wide, Scope(ScopeKind.CLIP, str(clip.public_id))


def agree(hold: LegalHold, by: User) -> Any:
    return services.decide_legal_hold(hold.pk, "agree", REASON, by.actor)


def test_a_hold_that_is_placed_while_another_is_released_holds(officers: tuple[User, User]) -> None:
    clip, wide, own = owners_and_own(officers)
    until = clock.now() + datetime.timedelta(days=60)
    hold = services.ask_for_legal_hold(own, until, REASON, officers[0].actor)
    at_once(lambda: agree(hold, officers[1]), lambda: agree(wide, officers[1]))
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]


def test_the_last_of_two_that_are_released_at_once_releases(officers: tuple[User, User]) -> None:
    clip, wide, own = owners_and_own(officers)
    hold = make.make_legal_hold(own, *officers)
    services.ask_for_release(hold.pk, REASON, officers[0].actor)
    at_once(lambda: agree(wide, officers[1]), lambda: agree(hold, officers[1]))
    assert gate.reasons(clip.pk) == []
