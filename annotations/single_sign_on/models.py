"""What is known of the provider, of who came by it, and of sign-ins under way."""

import datetime
from typing import ClassVar

from django.db import models

from annotations.accounts.models import User
from annotations.core import clock, ids
from annotations.single_sign_on.enums import SignInRefusal


class ProviderDocument(models.Model):
    """What the provider publishes of itself: addresses and the public keys that sign its tokens (JWK set)."""

    issuer = models.CharField(max_length=500, primary_key=True)
    configuration = models.JSONField()
    keys = models.JSONField()
    fetched_at = models.DateTimeField(default=clock.now)


class Identity(models.Model):
    """Whom the provider means by `subject`, which it never gives to somebody else.

    With `dropped_at` the account was closed because the provider lists the person in no group with a role any more.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="identity")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_one_account")]


class Exchange(models.Model):
    """A sign-in between the provider's redirect and its ID token, for a minute; what is secret goes when it ends.

    Nobody has asked the provider before `asked_at`; then there is a token, or why there is none.

    `code` is the authorization code, `verifier` what proves that this site asked for it (RFC 7636), `token` the ID
    token as the provider sent it, not yet verified.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    asked_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=2000)
    verifier = models.CharField(max_length=128)
    redirect_uri = models.CharField(max_length=500)
    token = models.TextField(blank=True)
    failure = models.CharField(max_length=16, choices=SignInRefusal, blank=True)
    made_at = models.DateTimeField(default=clock.now)


class ProviderSession(models.Model):
    """A session that began at the provider: `session` is its public id here, `sid` the provider's name of it."""

    KEPT: ClassVar = datetime.timedelta(days=7)  # longer than any session lasts

    session = models.UUIDField(primary_key=True)
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="sessions")
    sid = models.CharField(max_length=255, blank=True)
    began_at = models.DateTimeField(default=clock.now)


class SpentLogoutToken(models.Model):
    """A logout token that was used, by a digest of its id: none is taken twice."""

    digest = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField()
