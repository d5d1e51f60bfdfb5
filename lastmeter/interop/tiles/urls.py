"""Addresses of the tiles."""

from django.urls import path

from lastmeter.interop.tiles import views

urlpatterns = [
    path("tiles/grid/<int:z>/<int:x>/<int:y>.mvt", views.boundaries, name="tiles-grid"),
    path("tiles/coverage/<int:z>/<int:x>/<int:y>.mvt", views.coverage, name="tiles-coverage"),
    path("tiles/gaps/<int:z>/<int:x>/<int:y>.mvt", views.gaps, name="tiles-gaps"),
]
