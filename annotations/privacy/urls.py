from django.urls import path

from . import receipt_views, views

app_name = "privacy"
urlpatterns = [
    path("audit/", views.log, name="log"),
    path("audit/words", views.words, name="log_words"),
    path("audit/export", views.export, name="log_export"),
    path("audit/views", views.save_view, name="save_view"),
    path("audit/views/<uuid:view_id>", views.change_view, name="change_view"),
    path("audit/entries/<uuid:entry_id>/", views.entry, name="entry"),
    path("audit/clips/<uuid:clip_id>/", views.clip, name="clip"),
    path("audit/people/<str:pseudonym>/", views.person, name="person"),
    path("integrity/", views.integrity, name="integrity"),
    path("integrity/work", views.work_on_log, name="work_on_log"),
    path("integrity/proof", views.prove_entry, name="prove_entry"),
    path("integrity/exports/<uuid:run_id>", views.download_log, name="download_log"),
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/rules/", views.alert_rules, name="alert_rules"),
    path("alerts/rules/<slug:kind>/", views.alert_rule, name="alert_rule"),
    path("alerts/<uuid:alert_id>/", views.alert, name="alert"),
    path("alerts/<uuid:alert_id>/take", views.take_alert, name="take_alert"),
    path("alerts/<uuid:alert_id>/give-back", views.give_back_alert, name="give_back_alert"),
    path("alerts/<uuid:alert_id>/settle", views.settle_alert, name="settle_alert"),
    path("requests/", views.access_requests, name="access_requests"),
    path("requests/new", views.new_access_request, name="new_access_request"),
    path("requests/<uuid:request_id>/", views.access_request, name="access_request"),
    path("requests/<uuid:request_id>/step", views.step_access_request, name="step_access_request"),
    path("requests/<uuid:request_id>/answer/", views.access_answer, name="access_answer"),
    path("requests/<uuid:request_id>/answer.json", views.access_answer_file, name="access_answer_file"),
    path("consents/", views.desk, name="desk"),
    path("consents/erase", views.erase, name="erase"),
    path("consents/erasures/<uuid:entry_id>/", views.erasure, name="erasure"),
    path("consents/<uuid:clip_id>/withdraw", views.withdraw, name="withdraw"),
    path("consents/<uuid:clip_id>/receipt", views.link_receipt, name="link_receipt"),
    path("receipt/<str:token>/", receipt_views.receipt, name="receipt"),
    path("receipt/<str:token>/withdraw", receipt_views.withdraw, name="receipt_withdraw"),
]
