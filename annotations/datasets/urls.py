from django.urls.resolvers import URLPattern

app_name = "datasets"
urlpatterns: list[URLPattern] = []
