"""Public addresses of places, and the address book of the desk."""

from django.urls import include, path

from lastmeter.grid import coverage_views, history_views, post_views, views
from lastmeter.grid.addresses import views as book

urlpatterns = [
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
    path("divisions/", views.divisions, name="divisions"),
    path("posts/", post_views.listed, name="posts"),
    path("posts/new/", post_views.new, name="post-new"),
    path("posts/<int:pk>/", post_views.post, name="post"),
    path("posts/<int:pk>/appointment/", post_views.appointment, name="post-appointment"),
    path("posts/<int:pk>/term/", post_views.term, name="post-term"),
    path("posts/<int:pk>/leaving/", post_views.leaving, name="post-leaving"),
    path("posts/<int:pk>/handover/", post_views.handover, name="post-handover"),
    path("posts/<int:pk>/phone/", post_views.phone, name="post-phone"),
    path("posts/handovers/<int:pk>/", post_views.handed, name="handover-list"),
    path("coverage/", coverage_views.coverage, name="coverage"),
    path("addresses/", book.addresses, name="addresses"),
    path("addresses/new/", book.new, name="address-new"),
    path("addresses/compounds/<int:pk>/", book.compound, name="address-compound"),
    path("addresses/roads/<int:pk>/", book.road, name="address-road"),
    path("addresses/buildings/<int:pk>/", book.building, name="address-building"),
    path("addresses/buildings/<int:pk>/households/", book.households, name="address-households"),
    path("addresses/buildings/<int:pk>/entrances/", book.entrances, name="address-entrances"),
    path("addresses/buildings/<int:pk>/closure/", book.closure, name="address-closure"),
    path("addresses/grids/<int:pk>/households/", book.sums, name="address-sums"),
    path("addresses/import/", book.upload, name="addresses-import"),
    path("addresses/import/<str:token>/", book.preview, name="addresses-preview"),
    path("addresses/import/<str:token>/refused/", book.refused, name="addresses-refused"),
    path("", include("lastmeter.grid.layers.urls")),
    path("grid/changes/", history_views.changes, name="changes"),
    path("grid/changes/new/<str:kind>/", history_views.propose, name="change-new"),
    path("grid/changes/<int:pk>/", history_views.change, name="change"),
    path("grid/changes/<int:pk>/confirmation/", history_views.confirm, name="change-confirm"),
    path("grid/changes/<int:pk>/renewal/", history_views.renew, name="change-renew"),
    path("grid/changes/<int:pk>/undoing/", history_views.undo, name="change-undo"),
    path("grid/changes/<int:pk>/crosswalk.<str:suffix>", history_views.download, name="change-crosswalk"),
]
