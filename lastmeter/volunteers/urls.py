"""Addresses of volunteers."""

from django.urls import path

from lastmeter.volunteers import hour_views, slip_views, views

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
    path("volunteering/hours/", hour_views.my_hours, name="hours"),
    path("volunteering/hours/<int:pk>/doubting/", hour_views.doubting, name="hours-doubting"),
    path("volunteering/hours/certificate/", hour_views.certifying, name="hours-certifying"),
    path("volunteering/hours/desk/", hour_views.desk, name="hours-desk"),
    path("c/<str:number>/", hour_views.certificate, name="certificate"),
]
