"""Addresses of occasions."""

from django.urls import path

from lastmeter.occasions.views import calendars, desk, resident

urlpatterns = [
    path("activities/", resident.listing, name="occasions"),
    path("activities/mine/", resident.mine, name="occasions-mine"),
    path("activities/mine/calendar/", resident.subscription, name="occasions-subscription"),
    path("activities/calendar/<str:token>.ics", calendars.of_person, name="occasions-calendar"),
    path("activities/places/<int:pk>.ics", calendars.of_place, name="occasions-of-place"),
    path("activities/units/<int:pk>.ics", calendars.of_unit, name="occasions-of-unit"),
    path("activities/desk/", desk.listing, name="occasions-desk"),
    path("activities/new/", desk.new, name="occasion-new"),
    path("activities/<int:pk>/", resident.show, name="occasion"),
    path("activities/<int:pk>/signup/", resident.signup, name="occasion-signup"),
    path("activities/<int:pk>/acceptance/", resident.acceptance, name="occasion-acceptance"),
    path("activities/<int:pk>/cancellation/", resident.cancellation, name="occasion-cancellation"),
    path("activities/<int:pk>/feedback/", resident.feedback, name="occasion-feedback"),
    path("activities/<int:pk>/people/", desk.people, name="occasion-people"),
    path("activities/<int:pk>/guests/", desk.guests, name="occasion-guests"),
    path("activities/<int:pk>/capacity/", desk.size, name="occasion-capacity"),
    path("activities/<int:pk>/calling-off/", desk.calling_off, name="occasion-calling-off"),
    path("activities/<int:pk>/checkins/", desk.check_ins, name="occasion-checkins"),
]
