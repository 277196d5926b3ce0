from django.urls import path

from annotations.clips import api, camera_views, views

app_name = "clips"
urlpatterns = [
    path("clips/submit/", views.Submit.as_view(), name="submit"),
    path("clips/cameras/", camera_views.cameras, name="cameras"),
    path("clips/cameras/<uuid:device_id>/", camera_views.CameraPage.as_view(), name="camera"),
    path("api/v1/camera", api.CameraOfDevice.as_view(), name="api_camera"),
    path("api/v1/clips", api.Clips.as_view(), name="api_clips"),
]
