"""Addresses of venues."""

from django.urls import path

from lastmeter.venues.views import calendars, desk, draws, keeping, resident

urlpatterns = [
    path("venues/", resident.listing, name="venues"),
    path("venues/mine/", resident.mine, name="venues-mine"),
    path("venues/desk/", desk.listing, name="venues-desk"),
    path("venues/new/", keeping.new, name="venue-new"),
    path("venues/<int:pk>/", resident.venue, name="venue"),
    path("venues/<int:pk>/month/", desk.month, name="venue-month"),
    path("venues/<int:pk>/keeping/", keeping.show, name="venue-keeping"),
    path("venues/<int:pk>/rooms/", keeping.rooms, name="venue-rooms"),
    path("venues/<int:pk>/hours/", keeping.hours, name="venue-hours"),
    path("venues/<int:pk>/hours/<int:period>/removal/", keeping.hours_removal, name="venue-hours-removal"),
    path("venues/<int:pk>/rule/", keeping.rule, name="venue-rule"),
    path("venues/rooms/<int:pk>.ics", calendars.of_room, name="venue-room-calendar"),
    path("venues/rooms/<int:pk>/", resident.room, name="venue-room"),
    path("venues/rooms/<int:pk>/booking/", resident.book, name="venue-book"),
    path("venues/rooms/<int:pk>/official/", desk.official, name="venue-official"),
    path("venues/rooms/<int:pk>/draws/", draws.new, name="venue-draw-new"),
    path("venues/draws/<int:pk>/", draws.show, name="venue-draw"),
    path("venues/draws/<int:pk>/entry/", draws.entry, name="venue-draw-entry"),
    path("venues/draws/<int:pk>/drawing/", draws.drawing_now, name="venue-draw-drawing"),
    path("venues/bookings/<int:pk>/", resident.show, name="venue-booking"),
    path("venues/bookings/<int:pk>/cancellation/", resident.cancellation, name="venue-cancellation"),
    path("venues/bookings/<int:pk>/appeal/", resident.appealing, name="venue-appeal"),
    path("venues/bookings/<int:pk>/approval/", desk.approval, name="venue-approval"),
    path("venues/bookings/<int:pk>/refusal/", desk.refusal, name="venue-refusal"),
    path("venues/bookings/<int:pk>/arrival/", desk.arrival, name="venue-arrival"),
    path("venues/bookings/<int:pk>/key/", desk.key, name="venue-key"),
    path("venues/bookings/<int:pk>/key/return/", desk.key_return, name="venue-key-return"),
    path("venues/bookings/<int:pk>/absence/", desk.absence, name="venue-absence"),
    path("venues/bookings/<int:pk>/appeal/decision/", desk.appeal_decision, name="venue-appeal-decision"),
]
