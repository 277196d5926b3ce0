from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "annotations.privacy"
    label = "privacy"
