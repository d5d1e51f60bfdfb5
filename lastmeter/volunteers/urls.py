"""Addresses of volunteers."""

from django.urls import path

from lastmeter.volunteers import slip_views, views

urlpatterns = [
    path("volunteering/", views.home, name="volunteering"),
    path("volunteering/leaving/", views.leaving, name="volunteering-leaving"),
    path("volunteering/<int:pk>/", views.call, name="volunteering-call"),
    path("volunteering/<int:pk>/acceptance/", views.acceptance, name="volunteering-acceptance"),
    path("volunteering/<int:pk>/refusal/", views.refusal, name="volunteering-refusal"),
    path("volunteering/slips/", slip_views.slip_list, name="slips"),
    path("volunteering/slips/new/", slip_views.new_slip, name="slip-new"),
    path("volunteering/slips/<int:pk>/", slip_views.slip, name="slip"),
    path("volunteering/slips/<int:pk>/signature/", slip_views.signature, name="slip-signature"),
    path("volunteering/slips/<int:pk>/ending/", slip_views.ending, name="slip-ending"),
]
