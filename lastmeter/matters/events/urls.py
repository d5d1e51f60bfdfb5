"""Addresses of hot issues, events and themes."""

from django.urls import path

from lastmeter.matters.events import views

urlpatterns = [
    path("events/", views.events, name="events"),
    path("events/hot/<int:pk>/", views.issue, name="hot-issue"),
    path("events/hot/<int:pk>/watch/", views.watched, name="hot-watch"),
    path("events/hot/<int:pk>/proposal/", views.proposal, name="hot-proposal"),
    path("events/themes/", views.themes, name="themes"),
    path("events/themes/<str:name>/", views.theme, name="theme"),
    path("events/themes/<str:name>/ending/", views.theme_ending, name="theme-ending"),
    path("events/<str:number>/", views.event, name="event"),
    path("events/<str:number>/confirmation/", views.confirmation, name="event-confirmation"),
    path("events/<str:number>/sorting/", views.sorting, name="event-sorting"),
    path("events/<str:number>/dismissal/", views.dismissal, name="event-dismissal"),
    path("events/<str:number>/joining/", views.joining, name="event-joining"),
    path("events/<str:number>/newcomers/", views.accepting, name="event-newcomers"),
    path("events/<str:number>/newcomers/declining/", views.declining, name="event-declining"),
    path("events/<str:number>/leaving/", views.leaving, name="event-leaving"),
    path("events/<str:number>/lead/", views.leading, name="event-lead"),
    path("events/<str:number>/split/", views.splitting, name="event-split"),
    path("events/<str:number>/merger/", views.merging, name="event-merger"),
    path("events/<str:number>/merger/undoing/", views.unmerging, name="event-unmerger"),
    path("events/<str:number>/closure/", views.closure, name="event-closure"),
]
