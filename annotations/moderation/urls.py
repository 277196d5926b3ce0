from django.urls import path

from annotations.moderation import known_views, unverified_views, views

app_name = "moderation"
urlpatterns = [
    path("flagged/", views.flagged, name="flagged"),
    path("flagged/decide", views.decide_together, name="decide_together"),
    path("flagged/<uuid:flag_id>/", views.detail, name="detail"),
    path("flagged/<uuid:flag_id>/poster", views.poster, name="poster"),
    path("flagged/<uuid:flag_id>/reveal", views.reveal, name="reveal"),
    path("flagged/<uuid:flag_id>/decide", views.decide, name="decide"),
    path("not-verified/", unverified_views.unverified, name="unverified"),
    path("not-verified/<uuid:clip_id>/", unverified_views.unverified_clip, name="unverified_clip"),
    path("not-verified/<uuid:clip_id>/try-strictly", unverified_views.try_strictly, name="try_strictly"),
    path("not-verified/<uuid:clip_id>/discard", unverified_views.discard, name="discard"),
    path("screening/", known_views.screening, name="screening"),
    path("screening/lists", known_views.add_list, name="add_list"),
    path("screening/lists/<uuid:list_id>/remove", known_views.remove_list, name="remove_list"),
    path("screening/rechecks/<uuid:recheck_id>/again", known_views.recheck_again, name="recheck_again"),
]
