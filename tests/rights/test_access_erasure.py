"""An owner who is erased takes the compiled answer with them."""

import pytest

from annotations.accounts.enums import Role
from annotations.audit import services as audit
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.rights import selectors as selectors, services
from tests.factories import make_clip, make_compiled, make_user

pytestmark = pytest.mark.engines


def test_erasing_the_owner_destroys_the_answer_and_keeps_what_was_done(fresh_database: str) -> None:
    officer, clip = make_user(Role.PRIVACY_OFFICER).actor, make_clip()
    subject = clip.owner.pseudonym
    request = services.open_request(subject, clock.now(), "By letter.", officer)
    request = make_compiled(request.pk, officer)
    assert selectors.answer_of(request)["clips"]
    audit.erase_subject(subject, officer, "The owner asked for it.")
    with pytest.raises(Conflict, match="answer_gone"):
        selectors.answer_of(request)
    steps = selectors.steps(request)
    assert [step.entry.action for step in steps] == [
        "access_request.opened",
        "access_request.compilation_asked",
        "access_request.compiled",
    ]
    assert steps[0].detail is None
    assert make_compiled(request.pk, officer).sealed
