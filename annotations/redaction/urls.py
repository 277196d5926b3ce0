from django.urls import path

from annotations.redaction import api, unredaction_views as unredactions, views

app_name = "redaction"
urlpatterns = [
    path("media/<str:token>", views.media, name="media"),
    path("unredactions/", unredactions.unredactions, name="unredactions"),
    path("regions/<uuid:clip_id>/", unredactions.regions, name="regions"),
    path("regions/<uuid:clip_id>/ask", unredactions.ask, name="ask_for_unredaction"),
    path("regions/<uuid:clip_id>/<int:number>.jpg", unredactions.region_picture, name="region_picture"),
    path("unredactions/<uuid:unredaction_id>/", unredactions.unredaction, name="unredaction"),
    path(
        "unredactions/<uuid:unredaction_id>/picture.jpg",
        unredactions.unredaction_picture,
        name="unredaction_picture",
    ),
    path("unredactions/<uuid:unredaction_id>/decide", unredactions.decide, name="decide_unredaction"),
    path(
        "unredactions/<uuid:unredaction_id>/take-back",
        unredactions.take_back,
        name="take_back_unredaction",
    ),
    path("unredactions/<uuid:unredaction_id>/hide-again", unredactions.hide_again, name="hide_again"),
    path("api/v1/clips/<uuid:clip_id>/progress", api.ClipProgress.as_view(), name="api_progress"),
]
