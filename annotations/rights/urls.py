from django.urls import path

from annotations.rights import views

app_name = "rights"
urlpatterns = [
    path("requests/", views.access_requests, name="access_requests"),
    path("requests/new", views.new_access_request, name="new_access_request"),
    path("requests/<uuid:request_id>/", views.access_request, name="access_request"),
    path("requests/<uuid:request_id>/step", views.step_access_request, name="step_access_request"),
    path("requests/<uuid:request_id>/answer/", views.access_answer, name="access_answer"),
    path("requests/<uuid:request_id>/answer.json", views.access_answer_file, name="access_answer_file"),
    path("consents/", views.consents, name="consents"),
    path("consents/erase", views.erase, name="erase"),
    path("consents/erasures/<uuid:entry_id>/", views.erasure, name="erasure"),
    path("consents/<uuid:clip_id>/withdraw", views.withdraw, name="withdraw"),
    path("consents/<uuid:clip_id>/receipt", views.link_receipt, name="link_receipt"),
    path("receipt/<str:token>/", views.receipt, name="receipt"),
    path("receipt/<str:token>/withdraw", views.withdraw_by_receipt, name="receipt_withdraw"),
]
