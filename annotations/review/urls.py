from django.urls import path

from annotations.review import api, hiding_views, lead_views, quality_views, views

app_name = "review"
urlpatterns = [
    path("hiding/", hiding_views.hiding_effect, name="hiding_effect"),
    path("review/", views.home, name="home"),
    path("review/next/", views.next_clip, name="next"),
    path("review/<uuid:assignment_id>/", views.workbench, name="workbench"),
    path("review/<uuid:assignment_id>/resume", views.resume, name="resume"),
    path("review/adjudication/", lead_views.adjudication, name="adjudication"),
    path("review/adjudication/<uuid:task_id>/", lead_views.adjudicate, name="adjudicate"),
    path("review/adjudication/<uuid:task_id>/accept", lead_views.accept, name="accept"),
    path("review/adjudication/<uuid:task_id>/return", lead_views.send_back, name="return"),
    path("review/adjudication/<uuid:task_id>/set-aside", lead_views.set_aside, name="set_aside"),
    path("review/adjudication/<uuid:task_id>/reopen", lead_views.reopen, name="reopen"),
    path("review/adjudication/<uuid:task_id>/flag", lead_views.flag, name="flag_task"),
    path("review/redaction-quality/", quality_views.redaction_quality, name="redaction_quality"),
    path("api/v1/assignments/claim", api.Claim.as_view(), name="claim"),
    path("api/v1/assignments/<uuid:assignment_id>/media-token", api.MediaToken.as_view(), name="media_token"),
    path("api/v1/assignments/<uuid:assignment_id>/draft", api.SaveDraft.as_view(), name="draft"),
    path("api/v1/assignments/<uuid:assignment_id>/submit", api.Submit.as_view(), name="submit"),
    path("api/v1/assignments/<uuid:assignment_id>/extend", api.Extend.as_view(), name="extend"),
    path("api/v1/assignments/<uuid:assignment_id>/skip", api.Skip.as_view(), name="skip"),
    path("api/v1/assignments/<uuid:assignment_id>/flag", api.Flag.as_view(), name="flag"),
    path(
        "api/v1/assignments/<uuid:assignment_id>/missed-regions",
        api.MissedRegions.as_view(),
        name="missed_regions",
    ),
    path("api/v1/assignments/<uuid:assignment_id>/watched", api.Watched.as_view(), name="watched"),
    path("api/v1/tasks/<uuid:task_id>/media-token", api.TaskMediaToken.as_view(), name="task_media_token"),
    path("api/v1/tasks/<uuid:task_id>/watched", api.TaskWatched.as_view(), name="task_watched"),
]
