"""The owner's receipt: without an account, in plain language, without names."""

import datetime
import io
from typing import Any

import pytest
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import gate, services as clips
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import Missing
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.review import services as review
from annotations.rights import clip_story, receipts, services
from annotations.rights.clip_story import _HOLDS
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.scopes import Scope
from tests.factories import (
    make_accepted,
    make_assignment,
    make_clip,
    make_queued_clip,
    make_user,
    reference_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def shown(client: Client, clip: Clip) -> str:
    response = client.get(receipts.path_for(clip))
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_token_opens_its_own_clip_only() -> None:
    clip, other = make_clip(), make_clip()
    token = receipts.token_for(clip)
    assert receipts.clip_of(token) == clip
    forged = token.replace(str(clip.public_id), str(other.public_id))
    for wrong in (forged, token[:-1], str(clip.public_id), "", "x" * 5000):
        with pytest.raises(Missing):
            receipts.clip_of(wrong)


def test_a_wrong_link_is_not_found(client: Client) -> None:
    assert client.get(reverse("rights:receipt", args=["nonsense"])).status_code == 404
    assert client.post(reverse("rights:receipt_withdraw", args=["nonsense"])).status_code == 404


def test_the_receipt_tells_who_watched_by_role_country_time_and_purpose_but_never_who(client: Client) -> None:
    reviewer = make_user(username="mihai", display_name="Mihai P.", country="RO")
    assignment = make_assignment(reviewer)
    client.force_login(reviewer)
    granted = client.post(reverse("review:media_token", args=[assignment.public_id])).json()
    assert b"".join(client.get(granted["url"]).streaming_content)  # type: ignore[attr-defined]
    review.record_watched(reviewer, assignment.public_id, [[0.0, 2.0]])
    client.logout()
    html = shown(client, assignment.clip)
    assert "a reviewer" in html
    assert "Contractor" not in html
    assert "nothing tells that it was shown" not in html
    assert "<td>RO</td>" in html
    assert "to note down what happens in it" in html
    assert "2 s" in html
    for secret in ("mihai", "Mihai", reviewer.pseudonym, reference_of(assignment.clip.owner)):
        assert secret not in html


def test_opening_the_receipt_is_on_the_log_before_it_is_shown(client: Client) -> None:
    clip = make_clip()
    shown(client, clip)
    entry = LogEntry.objects.get(action="privacy.receipt_served")
    assert (entry.clip, entry.actor, entry.actor_role) == (clip.public_id, clip.owner.pseudonym, "owner")
    officer = make_user(Role.PRIVACY_OFFICER)
    client.force_login(officer)
    shown(client, clip)
    assert LogEntry.objects.filter(action="privacy.receipt_served", actor=officer.pseudonym).exists()


@pytest.mark.both
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"X-Moz": "prefetch"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "Mozilla/5.0 (compatible; SkypeUriPreview)"},
    ],
)
def test_a_program_that_fetches_the_receipt_is_not_taken_for_the_owner(
    client: Client, headers: dict[str, str]
) -> None:
    clip = make_clip()
    assert client.get(receipts.path_for(clip), headers=headers).status_code == 200
    assert client.head(receipts.path_for(clip)).status_code == 200
    fetched = LogEntry.objects.filter(action="privacy.receipt_fetched_by_program", clip=clip.public_id)
    assert set(fetched.values_list("actor", "subject")) == {("anonymous", clip.owner.pseudonym)}
    assert fetched.count() == 2
    assert not LogEntry.objects.filter(action="privacy.receipt_served").exists()


@pytest.mark.both
def test_a_program_that_follows_the_link_to_erasing_is_not_the_owner_either(client: Client) -> None:
    clip = make_clip()
    address = reverse("rights:receipt_erase", args=[receipts.token_for(clip)])
    client.get(address, headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
    client.get(address, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    planned = LogEntry.objects.filter(action="erasure.planned", clip=clip.public_id).order_by(
        "occurred_at", "id"
    )
    assert list(planned.values_list("actor", flat=True)) == ["anonymous", clip.owner.pseudonym]


def test_a_browser_is_taken_for_a_person_and_staff_always_are(client: Client, officer: User) -> None:
    clip = make_clip()
    client.get(receipts.path_for(clip), headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    client.force_login(officer)
    client.get(receipts.path_for(clip), headers={"X-Moz": "prefetch"})
    served = LogEntry.objects.filter(action="privacy.receipt_served").values_list("actor", flat=True)
    assert set(served) == {clip.owner.pseudonym, officer.pseudonym}


def test_the_receipt_is_not_cached_and_its_address_not_passed_on(client: Client) -> None:
    response = client.get(receipts.path_for(make_clip()))
    assert "no-store" in response.headers["Cache-Control"]
    # Not `no-referrer`: the page's own form would then come from the origin “null”, which is refused.
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_the_owner_withdraws_with_one_button_and_no_account() -> None:
    client = Client(enforce_csrf_checks=True)
    clip = make_queued_clip()
    html = shown(client, clip)
    assert "Withdraw my consent" in html
    address = reverse("rights:receipt_withdraw", args=[receipts.token_for(clip)])
    assert client.post(address).status_code == 403
    assert gate.allows(clip.pk, Purpose.LABELING)
    token = client.cookies["csrftoken"].value
    done = client.post(address, {"csrfmiddlewaretoken": token}, follow=True).content.decode()
    assert not gate.allows(clip.pk, Purpose.LABELING)
    assert "You withdrew your consent" in done
    assert "Withdraw my consent" not in done
    entry = LogEntry.objects.get(action="consent.withdrawn")
    assert (entry.actor, entry.actor_role) == (clip.owner.pseudonym, "owner")


def test_an_owner_who_gives_a_reason_gives_one_that_can_be_read(client: Client) -> None:
    clip = make_queued_clip()
    address = reverse("rights:receipt_withdraw", args=[receipts.token_for(clip)])
    assert "Write down the reason" in client.post(address, {"reason": "x"}, follow=True).content.decode()
    assert gate.allows(clip.pk, Purpose.LABELING)


@pytest.mark.both
def test_staff_do_not_withdraw_as_the_owner_but_at_the_desk(client: Client) -> None:
    clip = make_queued_clip()
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    html = shown(client, clip)
    assert "Withdraw my consent" not in html
    assert reverse("rights:withdraw", args=[clip.public_id]) in html
    address = reverse("rights:receipt_withdraw", args=[receipts.token_for(clip)])
    assert "at the privacy desk, and say why" in client.post(address, follow=True).content.decode()
    assert gate.allows(clip.pk, Purpose.LABELING)
    assert not LogEntry.objects.filter(action__contains="withdraw").exists()


def test_what_was_sent_in_advance_only_is_told_as_such(client: Client) -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    client.force_login(reviewer)
    granted = client.post(reverse("review:media_token", args=[assignment.public_id])).json()
    assert b"".join(client.get(granted["url"]).streaming_content)  # type: ignore[attr-defined]
    clips.withdraw(assignment.clip, WORKER)
    client.logout()
    assert "nothing tells that it was shown" in shown(client, assignment.clip)


def test_withdrawing_twice_says_so(client: Client) -> None:
    clip = make_queued_clip()
    address = reverse("rights:receipt_withdraw", args=[receipts.token_for(clip)])
    client.post(address)
    assert "withdrawn already" in client.post(address, follow=True).content.decode()


@pytest.mark.parametrize("reason", HoldReason)
def test_every_hold_has_plain_language(reason: HoldReason) -> None:
    clip = make_clip()
    clips.place(clip, reason, WORKER)
    assert clip_story.story(clip).state == str(_HOLDS[reason])


def test_the_state_of_a_clip_that_is_not_held() -> None:
    assert "waits for somebody" in clip_story.story(make_queued_clip()).state
    assert "noted down and checked" in clip_story.story(make_accepted().assignment.clip).state


def test_only_the_purposes_that_were_given_are_named(client: Client) -> None:
    assert "training the program" in shown(client, make_clip())
    assert "training the program" not in shown(client, make_clip(training=False))


def test_the_receipt_tells_of_training_sets_and_how_often_they_were_fetched(client: Client) -> None:
    annotation = make_accepted()
    release = datasets.request(
        datasets.create(WORKER, "Porch", annotation.assignment.project, Filters()), WORKER
    )
    datasets.freeze(release.pk)
    release.refresh_from_db()
    for _ in range(2):
        datasets.deliver(release, "coco", WORKER)
    html = shown(client, annotation.assignment.clip)
    assert "part of 1 training set." in html
    assert "fetched a copy 2 times" in html
    clips.withdraw(annotation.assignment.clip, WORKER)
    assert "are being destroyed" in shown(client, annotation.assignment.clip)
    datasets.mark(annotation.assignment.clip.pk)
    html = shown(client, annotation.assignment.clip)
    assert "was part of 1 training set; its files were destroyed." in html
    assert "is part of" not in html


def test_the_command_prints_the_link_and_logs_that_it_was_made() -> None:
    clip = make_clip()
    out = io.StringIO()
    call_command("receipt", str(clip.public_id), "--site", "https://example.org/", stdout=out)
    assert out.getvalue().strip() == "https://example.org" + receipts.path_for(clip)
    assert LogEntry.objects.filter(action="privacy.receipt_linked", clip=clip.public_id).count() == 1
    with pytest.raises(CommandError):
        call_command("receipt", "00000000-0000-4000-8000-000000000000")


def test_an_officer_makes_the_link(client: Client) -> None:
    clip = make_clip()
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    html = client.post(reverse("rights:link_receipt", args=[clip.public_id])).content.decode()
    assert f"http://testserver{receipts.path_for(clip)}" in html


def test_an_owner_ends_the_link_and_goes_on_by_the_new_one(client: Client) -> None:
    clip = make_clip()
    old = receipts.path_for(clip)
    answer = client.post(reverse("rights:receipt_renew", args=[receipts.token_for(clip)]))
    assert answer["Location"] == receipts.path_for(clip) != old
    assert "This is your new link" in client.get(answer["Location"]).content.decode()
    over = client.get(old)
    assert over.status_code == 410
    assert "This link is over" in over.content.decode()
    for route in ("receipt_withdraw", "receipt_erase", "receipt_renew"):
        path = reverse(f"rights:{route}", args=[old.split("/")[2]])
        assert client.post(path).status_code == 410
    clip.consent.refresh_from_db()
    assert clip.consent.withdrawn_at is None
    assert LogEntry.objects.get(action="privacy.receipt_renewed").actor == clip.owner.pseudonym


def test_an_officer_ends_every_link_and_gets_the_new_one(site: Client, officer: User, client: Client) -> None:
    clip = make_clip()
    paths = [receipts.path_for(clip)]
    for _ in range(2):
        shown = site.post(reverse("rights:renew_receipt", args=[clip.public_id])).content.decode()
        paths.append(receipts.path_for(clip))
        assert f"http://testserver{paths[-1]}" in shown
    visitor = Client()
    assert [visitor.get(path).status_code for path in paths] == [410, 410, 200]
    assert set(LogEntry.objects.filter(action="privacy.receipt_renewed").values_list("actor", flat=True)) == {
        officer.pseudonym
    }


def test_staff_who_hold_a_link_do_not_end_it_as_the_owner(site: Client) -> None:
    clip = make_clip()
    path = receipts.path_for(clip)
    site.post(reverse("rights:receipt_renew", args=[receipts.token_for(clip)]))
    assert receipts.path_for(clip) == path


def test_the_command_line_renews_a_link() -> None:
    clip = make_clip()
    before, out = receipts.path_for(clip), io.StringIO()
    call_command("receipt", str(clip.public_id), "--renew", stdout=out)
    assert out.getvalue().strip() == receipts.path_for(clip) != before


def test_a_link_ends_a_year_after_the_erasure_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip()
    path = receipts.path_for(clip)
    assert "for as long as we keep the clip, and for a year after" in client.get(path).content.decode()
    erasure = services.request_erasure(
        Scope(ScopeKind.CLIP, str(clip.public_id)), receipts.owner_of(clip), ErasureCause.OWNER_ASKED
    )
    services.erase(erasure.pk)
    assert "a year after the clip was erased" in client.get(path).content.decode()
    for days, status in ((364, 200), (366, 410)):
        moment = clock.now() + datetime.timedelta(days=days)
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda moment=moment: moment)
            assert client.get(path).status_code == status


def test_a_link_from_before_receipts_had_keys_opens_until_it_is_renewed(
    client: Client, settings: Any
) -> None:
    clip = make_clip()
    token = signing.Signer(salt="privacy.receipt").sign(str(clip.public_id))
    assert receipts.clip_of(token) == clip
    settings.RECEIPTS_OF_SECRET_KEY = False
    with pytest.raises(Missing):
        receipts.clip_of(token)
    settings.RECEIPTS_OF_SECRET_KEY = True
    services.renew_receipt(clip, receipts.owner_of(clip))
    with pytest.raises(receipts.LinkOver):
        receipts.clip_of(token)


def test_the_keys_of_receipts_are_exchanged_with_overlap(settings: Any) -> None:
    """The drill: the new line first, later the old one away."""
    clip = make_clip()
    old = receipts.token_for(clip)
    settings.RECEIPT_KEYS = {"new": b"n" * 32, **settings.RECEIPT_KEYS}
    new = receipts.token_for(clip)
    assert receipts.clip_of(old) == receipts.clip_of(new) == clip
    settings.RECEIPT_KEYS = {"new": b"n" * 32}
    assert receipts.clip_of(new) == clip
    with pytest.raises(Missing):
        receipts.clip_of(old)
