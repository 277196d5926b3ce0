from importlib import import_module

from django.apps import AppConfig

from annotations.vision.own_memory import make_unreadable


class ReviewappConfig(AppConfig):
    name = "reviewapp"
    label = "reviewapp"

    def ready(self) -> None:
        import_module("reviewapp.actions")  # registers its check
        import_module("reviewapp.checks").say()  # and so does this one
        # Every process of the site holds keys or passwords, and a decoder is a process of the same user.
        make_unreadable()
