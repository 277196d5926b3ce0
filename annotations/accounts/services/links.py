"""Sign-in links: a person chooses their password themselves, so nobody else ever knows it."""

import datetime
import secrets

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from annotations.accounts import keys, log
from annotations.accounts.models import SignInLink, User
from annotations.accounts.rules import LINK_LASTS
from annotations.accounts.selectors import link_of
from annotations.accounts.services.own import accept_statement
from annotations.accounts.services.support import end_links, end_sessions, locked
from annotations.accounts.services.throttle import forget_tries
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.core.errors import Missing
from annotations.outgoing import services as outgoing
from annotations.outgoing.templates import SIGN_IN_LINK


@transaction.atomic
def use_link(token: str, password: str, *, statement: bool = False) -> User:
    """The person who holds the link chooses their password, once, and may accept the confidentiality statement.

    Whoever is signed in to the account is signed in no more. Raises Missing `link_gone` for a link that was used, has
    expired or was ended, ValidationError for a password that is refused.
    """
    found = link_of(token)
    if found is None:
        raise link_gone()
    user = locked(found.user_id)
    link = SignInLink.objects.select_for_update().get(pk=found.pk)
    if link.ended_at or not user.is_active:
        raise link_gone()
    validate_password(password, user)
    user.set_password(password)
    user.password_required = False
    user.save(update_fields=["password", "password_required"])
    end_links(user)
    end_sessions(user)
    forget_tries(user.username)
    audit.append(log.LINK_USED, user.actor, data={"account": user.pseudonym})
    if statement:
        accept_statement(user)
    return user


@transaction.atomic
def mail_link(token: str, address: str, page: str, actor: Actor) -> User:
    """Queues a mail with the link to whom it is for; the person. `page` is the address that the link has.

    Raises Missing `link_gone`.
    """
    found = link_of(token)
    if found is None:
        raise link_gone()
    private = {"address": address, "link": page}
    outgoing.tell_person(found.user.pseudonym, SIGN_IN_LINK, private, actor)
    return found.user


def link_gone() -> Missing:
    """The one answer to a link that opens nothing, whatever the reason."""
    return Missing("link_gone", "This link does not open anything (any more). Ask for a new one.")


def make_link(user: User, actor: Actor) -> str:
    """A new link for a locked account, as its token; the former one ends. In the caller's transaction."""
    end_links(user)
    token = secrets.token_urlsafe(32)
    until: datetime.datetime = clock.now() + LINK_LASTS
    SignInLink.objects.create(user=user, digest=keys.digest(token), expires_at=until)
    audit.append(log.LINK_MADE, actor, data={"account": user.pseudonym, "until": until.isoformat()})
    return token
