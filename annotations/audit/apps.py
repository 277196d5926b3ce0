from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .grants import grant


class AuditConfig(AppConfig):
    name = "annotations.audit"
    label = "audit"

    def ready(self) -> None:
        post_migrate.connect(grant, sender=self, dispatch_uid="audit.grants")
