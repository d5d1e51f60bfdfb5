"""Addresses of notices."""

from django.urls import path

from lastmeter.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.my_notices, name="list"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/<int:pk>/", views.notice, name="notice"),
]
