"""Addresses of places: public pages, and the rosters and calls of duty."""

from django.urls import path

from lastmeter.grid import views
from lastmeter.grid.duty import missed, own
from lastmeter.grid.duty import public as calls
from lastmeter.grid.duty import views as duty

urlpatterns = [
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("g/<str:code>/call/", calls.call_now, name="call-now"),
    path("g/<str:code>/call/<str:ref>/", calls.call, name="call"),
    path("g/<str:code>/call/<str:ref>/unanswered/", calls.unanswered, name="call-unanswered"),
    path("g/<str:code>/call/<str:ref>/answered/", calls.answered, name="call-answered"),
    path("g/<str:code>/call/<str:ref>/callback/", calls.callback, name="call-callback"),
    path("duty/", calls.duty, name="duty"),
    path("rosters/", duty.listing, name="rosters"),
    path("rosters/at/<int:node_id>/", duty.new, name="roster-new"),
    path("rosters/<int:pk>/", duty.show, name="roster"),
    path("rosters/<int:pk>/print/", duty.printed, name="roster-print"),
    path("rosters/<int:pk>/pattern/", duty.edit, name="roster-pattern"),
    path("rosters/<int:pk>/replacement/", duty.replacement, name="roster-replacement"),
    path("rosters/<int:pk>/ending/", duty.ending, name="roster-ending"),
    path("rosters/<int:pk>/swaps/", own.swap, name="roster-swap"),
    path("swaps/<int:pk>/acceptance/", own.accept, name="swap-acceptance"),
    path("swaps/<int:pk>/refusal/", own.decline, name="swap-refusal"),
    path("swaps/<int:pk>/withdrawal/", own.withdraw, name="swap-withdrawal"),
    path("shifts/", own.my_shifts, name="shifts"),
    path("calls/", missed.calls, name="calls"),
    path("calls/<int:pk>/follow-up/", missed.follow_up, name="call-follow-up"),
    path("calls/<int:pk>/number/", missed.reveal, name="call-number"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
]
