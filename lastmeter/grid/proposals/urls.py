"""Addresses of proposed grids."""

from django.urls import path

from lastmeter.grid.proposals import views

urlpatterns = [
    path("grid/proposals/", views.proposals, name="proposals"),
    path("grid/proposals/<int:pk>/", views.proposal, name="proposal"),
    path("grid/proposals/<int:pk>/gift/", views.gift, name="proposal-gift"),
    path("grid/proposals/<int:pk>/gift/undoing/", views.undo, name="proposal-gift-undo"),
    path("grid/proposals/<int:pk>/adoption/", views.adoption, name="proposal-adoption"),
    path("grid/proposals/<int:pk>/sheet/", views.sheet, name="proposal-sheet"),
    path("grid/proposals/<int:pk>/crosswalk/", views.walk, name="proposal-crosswalk"),
]
