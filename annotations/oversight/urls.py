from django.urls import path

from annotations.oversight import views

app_name = "oversight"
urlpatterns = [
    path("audit/", views.log, name="log"),
    path("audit/text", views.search_text, name="search_text"),
    path("audit/export", views.export, name="export_entries"),
    path("audit/searches", views.save_search, name="save_search"),
    path("audit/searches/<uuid:search_id>", views.change_search, name="change_search"),
    path("audit/entries/<uuid:entry_id>/", views.entry, name="entry"),
    path("audit/clips/<uuid:clip_id>/", views.dossier, name="dossier"),
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
    path("alerts/<uuid:alert_id>/resolve", views.resolve_alert, name="resolve_alert"),
]
