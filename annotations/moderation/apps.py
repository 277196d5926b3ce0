from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "annotations.moderation"
    label = "moderation"
