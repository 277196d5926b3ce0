from functools import partial
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from annotations.accounts.enums import FactorKind, ProposalKind, ProposalState, Role, Scope
from annotations.accounts.rules import KEY_ENDS_SOON
from annotations.audit.actors import Actor
from annotations.core import clock, ids


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None, role: str, **fields: Any) -> "User":
        user = self.model(username=username, role=role, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person, or a service account that submits. There are no superusers: access is the permission matrix's.

    `languages` are codes with a comma between them. `trained_on` is the day of the last training, `statement_on` that
    on which the person accepted the confidentiality statement; `taken_over_on` the day of an update before which
    neither was asked for, for accounts that it found. With `password_required` they may do nothing before they have
    chosen another password. With `by_provider` the sign-in provider keeps the account: it has no password here.

    `wrong_codes` counts the wrong codes of a second factor in a row, and none is taken before `codes_from`.
    `factors_taken_at` is when two people took away the second factors, of which the person is told.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=32, choices=Role)
    pseudonym = models.CharField(
        max_length=64, unique=True, default=partial(ids.pseudonym, "p"), editable=False
    )
    country = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    languages = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    trained_on = models.DateField(null=True)
    statement_on = models.DateField(null=True)
    taken_over_on = models.DateField(null=True)
    password_required = models.BooleanField(default=False)
    by_provider = models.BooleanField(default=False)
    wrong_codes = models.PositiveIntegerField(default=0)
    codes_from = models.DateTimeField(null=True)
    factors_taken_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    # What an operator reads on the person's page, and decides on (`core.shown`).
    SHOWN: ClassVar[frozenset[str]] = frozenset(
        {
            "username",
            "display_name",
            "role",
            "country",
            "is_active",
            "languages",
            "trained_on",
            "password_required",
        }
    )
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def actor(self) -> Actor:
        """This person as the log knows them."""
        return Actor(self.pseudonym, self.role)


class ApiKey(models.Model):
    """A program's key. Only a digest is kept: the key itself is shown once, when it is made.

    `scopes` are codes (`enums.Scope`) and `networks` those that it is bound to, with commas between them; without any
    it opens from everywhere. `used_from` is the network of its last use, never a whole address. `replaced_by` is the
    key that was made in its place, when it was rotated. `told_days` is how many days before its end that was told last.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=64, blank=True)
    scopes = models.CharField(max_length=300, blank=True)
    networks = models.CharField(max_length=500, blank=True)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_from = models.CharField(max_length=64, blank=True)
    told_days = models.PositiveSmallIntegerField(null=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces", editable=False
    )

    @property
    def scope_codes(self) -> list[str]:
        return self.scopes.split(", ")

    @property
    def scope_labels(self) -> list[str]:
        """What it opens, in words."""
        return [str(Scope(code).label) for code in self.scope_codes if code in Scope.values]

    @property
    def expired(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def ends_soon(self) -> bool:
        """Whether its programs stop working within two weeks and no other key has taken its place."""
        left = self.expires_at - clock.now()
        return not self.expired and left <= KEY_ENDS_SOON and self.replaced_by_id is None


class Session(AbstractBaseSession):
    """A session as Django keeps it, with what its person is told of it. `network` is never a whole address.

    Rows without a user are those of visitors who have not signed in. `public_id` stays when the key changes: for a
    moment two rows have it.
    """

    public_id = models.UUIDField(default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    network = models.CharField(max_length=64, blank=True)
    began_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class ThrottleCount(models.Model):
    """Failed tries to sign in, by what `throttle.Count` counts them by. Until `free_at` there is no other."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(db_index=True)
    free_at = models.DateTimeField()


class SignInLink(models.Model):
    """A link by which its person chooses a password, once. Only a digest is kept; the link is shown when it is made."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(
        null=True
    )  # used, or another one took its place, or the account was closed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="signinlink_one_in_force"
            )
        ]


class Factor(models.Model):
    """Something that a person has besides the password.

    `sealed` is the secret of an app, sealed under the person's subject; `last_step` the step of the last code that was
    taken, as each is taken once. `credential` is the id and public key of a passkey, of which nothing is secret, and
    `signatures` how often it says it has signed.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=16, choices=FactorKind)
    name = models.CharField(max_length=50)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)
    sealed = models.BinaryField(null=True)
    last_step = models.BigIntegerField(default=0)
    credential_id = models.BinaryField(max_length=1023, null=True, unique=True)
    credential = models.BinaryField(null=True)
    signatures = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=FactorKind.APP, sealed__isnull=False, credential_id=None, credential=None)
                | Q(
                    kind=FactorKind.PASSKEY,
                    sealed=None,
                    credential_id__isnull=False,
                    credential__isnull=False,
                ),
                name="factor_whole",
            )
        ]


class RecoveryCode(models.Model):
    """A code that works once in place of a factor. Only a digest is kept; codes are shown when they are made."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)


class AccountProposal(models.Model):
    """What an operator wants done to an account that takes two people: a second person decides.

    `role` is the role that the account is to have. The reasons of both are on the log.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=16, choices=ProposalKind)
    role = models.CharField(max_length=32, choices=Role)
    state = models.CharField(max_length=16, choices=ProposalState, default=ProposalState.WAITING)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ProposalKind.values), name="accountproposal_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="accountproposal_state_known"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state=ProposalState.WAITING), name="accountproposal_one_waits"
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.AGREED) | ~Q(asked_by=models.F("decided_by")),
                name="accountproposal_two_people",
            ),
        ]
