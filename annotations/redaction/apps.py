from django.apps import AppConfig


class RedactionConfig(AppConfig):
    name = "annotations.redaction"
    label = "redaction"
