"""Addresses of volunteers."""

from django.urls import path

from lastmeter.volunteers import views

urlpatterns = [
    path("volunteering/", views.home, name="volunteering"),
    path("volunteering/leaving/", views.leaving, name="volunteering-leaving"),
    path("volunteering/<int:pk>/", views.call, name="volunteering-call"),
    path("volunteering/<int:pk>/acceptance/", views.acceptance, name="volunteering-acceptance"),
    path("volunteering/<int:pk>/refusal/", views.refusal, name="volunteering-refusal"),
]
