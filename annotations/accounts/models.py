from functools import partial
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from annotations.accounts.enums import Role
from annotations.audit.actors import Actor
from annotations.core import clock, ids


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None, role: str, **fields: Any) -> "User":
        user = self.model(username=username, role=role, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person, or a service account that submits. There are no superusers: access is the permission matrix's."""

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

    USERNAME_FIELD = "username"
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
    """A submitter's key. Only a digest is kept: the key itself is shown once, when it is made."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
