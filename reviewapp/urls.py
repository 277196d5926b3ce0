"""Every address of the site. `permissions.csv` beside this file says who may call which."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from reviewapp import messages_page, metrics, operations, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("annotations.accounts.urls")),
    path("", include("annotations.single_sign_on.urls")),
    path("", include("annotations.clips.urls")),
    path("", include("annotations.redaction.urls")),
    path("", include("annotations.moderation.urls")),
    path("", include("annotations.review.urls")),
    path("", include("annotations.datasets.urls")),
    path("", include("annotations.break_glass.urls")),
    path("", include("annotations.oversight.urls")),
    path("", include("annotations.rights.urls")),
    path("operations/", operations.operations, name="operations"),
    path("operations/runs/<uuid:run_id>/retry", operations.retry, name="operations_retry"),
    path("operations/messages/", messages_page.outgoing_messages, name="outgoing_messages"),
    path(
        "operations/messages/<uuid:message>/send-again", messages_page.send_again, name="send_message_again"
    ),
    path("operations/messages/<slug:target>/try", messages_page.try_target, name="try_target"),
    path("api/v1/metrics", metrics.Metrics.as_view(), name="api_metrics"),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api_schema"),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
