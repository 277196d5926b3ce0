from django.apps import AppConfig


class BreakGlassConfig(AppConfig):
    name = "annotations.break_glass"
    label = "break_glass"
