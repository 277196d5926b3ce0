from django.urls import path

from . import views

app_name = "redaction"
urlpatterns = [path("media/<str:token>", views.media, name="media")]
