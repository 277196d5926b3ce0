from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "annotations.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module("annotations.accounts.checks")
        import_module("annotations.accounts.signals")
        import_module("annotations.accounts.schema")
        import_module("annotations.accounts.checks")
        # Each context counts what waits on its pages of the top bar, and ends what a closed account has in hand.
        autodiscover_modules("counts", "closing")
