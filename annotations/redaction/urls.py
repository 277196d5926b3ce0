from django.urls import path

from annotations.redaction import api, lift_views, views

app_name = "redaction"
urlpatterns = [
    path("media/<str:token>", views.media, name="media"),
    path("regions/", lift_views.lifts, name="lifts"),
    path("regions/<uuid:clip_id>/", lift_views.regions, name="regions"),
    path("regions/<uuid:clip_id>/ask", lift_views.ask, name="ask_to_lift"),
    path("regions/<uuid:clip_id>/<int:number>.jpg", lift_views.region_picture, name="region_picture"),
    path("regions/requests/<uuid:lift_id>/", lift_views.lift, name="lift"),
    path("regions/requests/<uuid:lift_id>/picture.jpg", lift_views.lift_picture, name="lift_picture"),
    path("regions/requests/<uuid:lift_id>/decide", lift_views.decide, name="decide_lift"),
    path("regions/requests/<uuid:lift_id>/take-back", lift_views.take_back, name="take_back_lift"),
    path("regions/requests/<uuid:lift_id>/hide-again", lift_views.hide_again, name="hide_again"),
    path("api/v1/clips/<uuid:clip_id>/progress", api.ClipProgress.as_view(), name="api_progress"),
]
