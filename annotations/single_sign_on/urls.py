from django.urls import path

from annotations.single_sign_on import views

app_name = "single_sign_on"
urlpatterns = [
    path("sign-in/provider/", views.begin, name="begin"),
    path("sign-in/provider/confirm/", views.confirm, name="confirm"),
    path("sign-in/provider/return/", views.come_back, name="come_back"),
    path("sign-in/provider/wait/", views.wait, name="wait"),
    path("sign-in/provider/ended/", views.ended, name="ended"),
]
