"""Addresses of the departments' layers."""

from django.urls import path

from lastmeter.grid.layers import views

urlpatterns = [
    path("layers/", views.layers, name="layers"),
    path("layers/new/", views.load, name="layer-load"),
    path("layers/<int:pk>/", views.layer, name="layer"),
    path("layers/<int:pk>/report.xlsx", views.sheet, name="layer-sheet"),
    path("layers/<int:pk>/unplaced.xlsx", views.unplaced, name="layer-unplaced"),
    path("layers/<int:pk>/keeping/", views.keep, name="layer-keeping"),
    path("layers/<int:pk>/removal/", views.remove, name="layer-removal"),
]
