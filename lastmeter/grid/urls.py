"""Public addresses of places."""

from django.urls import path

from lastmeter.grid import views
from lastmeter.grid.layers import pages

urlpatterns = [
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
    path("grid/proposals/", pages.proposals, name="proposals"),
    path("grid/proposals/<int:pk>/", pages.proposal, name="proposal"),
    path("grid/proposals/<int:pk>/gift/", pages.gift, name="proposal-gift"),
    path("grid/proposals/<int:pk>/sheet/", pages.sheet, name="proposal-sheet"),
]
