"""Public addresses of places."""

from django.urls import path

from lastmeter.grid import history_views, views

urlpatterns = [
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
    path("grid/changes/", history_views.changes, name="changes"),
    path("grid/changes/new/<str:kind>/", history_views.propose, name="change-new"),
    path("grid/changes/<int:pk>/", history_views.change, name="change"),
    path("grid/changes/<int:pk>/confirmation/", history_views.confirm, name="change-confirm"),
    path("grid/changes/<int:pk>/renewal/", history_views.renew, name="change-renew"),
    path("grid/changes/<int:pk>/undoing/", history_views.undo, name="change-undo"),
    path("grid/changes/<int:pk>/crosswalk.<str:suffix>", history_views.download, name="change-crosswalk"),
]
