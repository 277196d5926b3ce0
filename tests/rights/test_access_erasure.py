"""An owner who is erased takes the compiled answer with them."""

import pytest

from annotations.accounts.enums import Role
from annotations.audit import services as audit
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.rights import selectors as selectors, services
from tests.factories import make_clip, make_user

pytestmark = pytest.mark.engines


def test_erasing_the_owner_destroys_the_answer_and_keeps_what_was_done(fresh_database: str) -> None:
    officer, clip = make_user(Role.PRIVACY_OFFICER).actor, make_clip()
    subject = clip.owner.pseudonym
    request = services.open_request(subject, clock.now(), "By letter.", officer)
    request = services.compile_request(request.pk, officer)
    assert selectors.answer_of(request)["clips"]
    audit.erase_subject(subject, officer, "The owner asked for it.")
    with pytest.raises(Conflict, match="answer_gone"):
        selectors.answer_of(request)
    opened, compiled = selectors.steps(request)
    assert (opened.entry.action, compiled.entry.action) == (
        "access_request.opened",
        "access_request.compiled",
    )
    assert opened.detail is None
    assert services.compile_request(request.pk, officer).sealed
