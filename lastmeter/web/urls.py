"""Homes, switches of the look, pages about the installation."""

from django.urls import path

from lastmeter.web import homes, styleguide, views

app_name = "web"
urlpatterns = [
    path("", homes.resident, name="resident"),
    path("field/", homes.field, name="field"),
    path("desk/", homes.desk, name="desk"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("large-print/", views.large_print, name="large_print"),
    path("language/", views.language, name="language"),
    path("styleguide/", styleguide.page, name="styleguide"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
]
