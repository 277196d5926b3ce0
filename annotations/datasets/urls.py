from django.urls import path

from annotations.datasets import api, deletion_views, views

app_name = "datasets"
urlpatterns = [
    path("datasets/", views.index, name="index"),
    path("datasets/new/", views.create, name="create"),
    path("datasets/<uuid:dataset_id>/", views.detail, name="detail"),
    path("datasets/<uuid:dataset_id>/change", views.change, name="change"),
    path("datasets/deletions/", deletion_views.deletions, name="deletions"),
    path("datasets/deletions/confirm", deletion_views.confirm, name="confirm_deletions"),
    path("releases/<uuid:release_id>/", views.release, name="release"),
    path("releases/<uuid:release_id>/left-out/", views.left_out, name="left_out"),
    path("releases/<uuid:release_id>/retry", views.retry, name="retry"),
    path("releases/<uuid:release_id>/succeed", views.succeed, name="succeed"),
    path("releases/<uuid:release_id>/manifest", views.download_manifest, name="download_manifest"),
    path("releases/<uuid:release_id>/files/<slug:format_code>", views.download, name="download"),
    path("api/v1/releases/<uuid:release_id>", api.ReleaseDetail.as_view(), name="api_release"),
    path(
        "api/v1/releases/<uuid:release_id>/files/<slug:format_code>",
        api.ReleaseFile.as_view(),
        name="api_file",
    ),
    path("api/v1/deletion-requests", api.DeletionRequests.as_view(), name="api_deletions"),
    path("api/v1/deletion-requests/confirm", api.ConfirmDeletions.as_view(), name="api_confirm_deletions"),
]
