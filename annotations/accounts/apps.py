from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "annotations.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module("annotations.accounts.signals")
        import_module("annotations.accounts.schema")
