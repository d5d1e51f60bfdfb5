"""Addresses of places, their directories and their plates."""

from django.urls import path

from lastmeter.grid import directory_views, plate_views, views

urlpatterns = [
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("g/<str:code>/qr.svg", directory_views.qr, name="place-qr"),
    path("g/<str:code>/directory/", directory_views.page, name="directory"),
    path("g/<str:code>/directory.pdf", directory_views.pdf, name="directory-pdf"),
    path("g/<str:code>/directory.xlsx", directory_views.xlsx, name="directory-xlsx"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
    path("plates/", plate_views.plates, name="plates"),
    path("plates/print/", plate_views.print_out, name="plates-print"),
    path("plates/<int:node_id>/", plate_views.of_place, name="plates-of"),
    path("plates/<int:node_id>/<int:pk>/replacement/", plate_views.replacement, name="plate-replacement"),
    path("plates/<int:node_id>/<int:pk>/revocation/", plate_views.revocation, name="plate-revocation"),
]
