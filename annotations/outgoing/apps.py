from django.apps import AppConfig


class OutgoingConfig(AppConfig):
    name = "annotations.outgoing"
    label = "outgoing"
