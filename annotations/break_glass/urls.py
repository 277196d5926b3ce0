from django.urls import path

from annotations.break_glass import media_views, views

app_name = "break_glass"
urlpatterns = [
    path("break-glass/", views.index, name="index"),
    path("break-glass/clips/<uuid:clip_id>/", views.ask, name="ask"),
    path("break-glass/<uuid:access_id>/", views.detail, name="detail"),
    path("break-glass/<uuid:access_id>/decide", views.decide, name="decide"),
    path("break-glass/<uuid:access_id>/close", views.close, name="close"),
    path("break-glass/<uuid:access_id>/token", media_views.token, name="token"),
    path("break-glass/<uuid:access_id>/watched", media_views.watched, name="watched"),
    path("break-glass/media/<str:token>", media_views.media, name="media"),
]
