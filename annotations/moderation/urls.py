from django.urls import path

from . import views

app_name = "moderation"
urlpatterns = [
    path("flagged/", views.flagged, name="flagged"),
    path("flagged/<uuid:flag_id>/", views.detail, name="detail"),
    path("flagged/<uuid:flag_id>/poster", views.poster, name="poster"),
    path("flagged/<uuid:flag_id>/reveal", views.reveal, name="reveal"),
    path("flagged/<uuid:flag_id>/decide", views.decide, name="decide"),
]
