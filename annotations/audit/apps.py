from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from annotations.audit.database.grants import grant


class AuditConfig(AppConfig):
    name = "annotations.audit"
    label = "audit"

    def ready(self) -> None:
        # Whoever reads the log must know every kind of entry, also those of contexts that it does not import.
        autodiscover_modules("log")
        post_migrate.connect(grant, sender=self, dispatch_uid="audit.grants")
