"""Addresses of talking: templates, letters, the firm's door, grievances."""

from django.urls import path

from lastmeter.matters.talking.views import templates

urlpatterns = [
    path("templates/", templates.template_list, name="template-list"),
    path("templates/<str:occasion>/", templates.template, name="template"),
    path("templates/rows/<int:pk>/ending/", templates.ending, name="template-ending"),
]
