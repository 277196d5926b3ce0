from importlib import import_module

from django.apps import AppConfig


class SingleSignOnConfig(AppConfig):
    name = "annotations.single_sign_on"
    label = "single_sign_on"

    def ready(self) -> None:
        import_module("annotations.single_sign_on.checks")
        import_module("annotations.single_sign_on.signals")
