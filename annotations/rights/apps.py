from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "annotations.rights"
    label = "rights"
