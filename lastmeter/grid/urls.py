"""Public addresses of places."""

from django.urls import include, path

from lastmeter.grid import views

urlpatterns = [
    path("", include("lastmeter.grid.proposals.urls")),
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
]
