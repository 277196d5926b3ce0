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
    path("requests/<uuid:request_id>/answer.zip", views.access_answer_archive, name="access_answer_archive"),
    path("consents/", views.consents, name="consents"),
    path("consents/erase", views.erase, name="erase"),
    path("consents/erasures/<uuid:entry_id>/", views.erasure, name="erasure"),
    path("erasures/", views.erasures, name="erasures"),
    path("erasures/new", views.plan_erasure, name="plan_erasure"),
    path("erasures/<uuid:erasure_id>/", views.erasure_run, name="erasure_run"),
    path("erasures/<uuid:erasure_id>/continue", views.continue_erasure, name="continue_erasure"),
    path("erasures/<uuid:erasure_id>/certificate/", views.erasure_certificate, name="erasure_certificate"),
    path(
        "erasures/<uuid:erasure_id>/certificate.json",
        views.erasure_certificate_file,
        name="erasure_certificate_file",
    ),
    path("retention/", views.retention_register, name="retention_register"),
    path("retention/ending/", views.ending, name="ending"),
    path("retention/rules/<slug:state>/", views.retention_rule, name="retention_rule"),
    path("retention/rules/<slug:state>/decide", views.decide_retention_rule, name="decide_retention_rule"),
    path("legal-holds/", views.legal_holds, name="legal_holds"),
    path("legal-holds/new", views.new_legal_hold, name="new_legal_hold"),
    path("legal-holds/<uuid:hold_id>/", views.legal_hold, name="legal_hold"),
    path("legal-holds/<uuid:hold_id>/step", views.step_legal_hold, name="step_legal_hold"),
    path("consents/<uuid:clip_id>/withdraw", views.withdraw, name="withdraw"),
    path("consents/<uuid:clip_id>/receipt", views.link_receipt, name="link_receipt"),
    path("receipt/<str:token>/", views.receipt, name="receipt"),
    path("consents/<uuid:clip_id>/receipt/renew", views.renew_receipt, name="renew_receipt"),
    path("receipt/<str:token>/renew", views.renew_by_receipt, name="receipt_renew"),
    path("receipt/<str:token>/withdraw", views.withdraw_by_receipt, name="receipt_withdraw"),
    path("receipt/<str:token>/erase", views.erase_by_receipt, name="receipt_erase"),
    path("receipt/<str:token>/certificate/", views.receipt_certificate, name="receipt_certificate"),
    path(
        "receipt/<str:token>/certificate.json",
        views.receipt_certificate_file,
        name="receipt_certificate_file",
    ),
]
