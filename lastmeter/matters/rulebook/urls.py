"""Addresses of the rules about matters; the page of all rules is `grid.rulebook`."""

from django.urls import path

from lastmeter.matters.rulebook import views

urlpatterns = [
    path("rules/<int:node_id>/hours/", views.office_hours, name="rules-hours"),
    path("rules/<int:node_id>/calendar/", views.working_calendar, name="rules-calendar"),
    path("rules/<int:node_id>/<str:name>/", views.table, name="rules-table"),
    path("rules/<int:node_id>/<str:name>/<int:pk>/ending/", views.ending, name="rules-ending"),
    path("flows/<str:name>/", views.flow, name="flow"),
]
