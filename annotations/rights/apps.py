from importlib import import_module

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "annotations.rights"
    label = "rights"

    def ready(self) -> None:
        import_module("annotations.rights.checks")  # registers its checks
        import_module("annotations.rights.reception")  # and what it asks before a clip is stored
