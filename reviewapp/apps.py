from importlib import import_module

from django.apps import AppConfig


class ReviewappConfig(AppConfig):
    name = "reviewapp"
    label = "reviewapp"

    def ready(self) -> None:
        import_module("reviewapp.actions")  # registers its check
