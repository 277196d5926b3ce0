from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "annotations.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module("annotations.accounts.signals")
        import_module("annotations.accounts.schema")
        # What waits on each page of the top bar is counted by the context that the page belongs to.
        autodiscover_modules("counts")
