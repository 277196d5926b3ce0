from django.apps import AppConfig


class ClipsConfig(AppConfig):
    name = "annotations.clips"
    label = "clips"
