"""Filters of the log under a name."""

from django.db import models
from django.db.models import Q

from annotations.core import clock, ids


class SavedSearch(models.Model):
    """Filters of the log that an officer gave a name. `filters` are an address's parameters, with pseudonyms only."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    owner = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    filters = models.JSONField()
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="savedview_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="savedview_named"),
        ]
