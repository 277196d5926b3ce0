from django.urls import path

from annotations.clips import api, views

app_name = "clips"
urlpatterns = [
    path("clips/submit/", views.Submit.as_view(), name="submit"),
    path("api/v1/clips", api.Clips.as_view(), name="api_clips"),
]
