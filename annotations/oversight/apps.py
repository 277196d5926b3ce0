from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "annotations.oversight"
    label = "oversight"
