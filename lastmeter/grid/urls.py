"""Public addresses of places."""

from django.urls import path

from lastmeter.grid import acting, coverage_views, opening_views, post_views, views

urlpatterns = [
    path("g/", views.mine, name="my-grid"),
    path("g/<str:code>/", views.who_is_mine, name="who-is-mine"),
    path("q/<str:token>/", views.plate, name="plate"),
    path("places/", views.places, name="places"),
    path("places/here/", views.here, name="places-here"),
    path("posts/", post_views.listed, name="posts"),
    path("posts/new/", post_views.new, name="post-new"),
    path("posts/<int:pk>/", post_views.post, name="post"),
    path("posts/<int:pk>/appointment/", post_views.appointment, name="post-appointment"),
    path("posts/<int:pk>/term/", post_views.term, name="post-term"),
    path("posts/<int:pk>/leaving/", post_views.leaving, name="post-leaving"),
    path("posts/<int:pk>/handover/", post_views.handover, name="post-handover"),
    path("posts/<int:pk>/phone/", post_views.phone, name="post-phone"),
    path("posts/handovers/<int:pk>/", post_views.handed, name="handover-list"),
    path("posts/<int:pk>/opening/", opening_views.call, name="post-opening"),
    path("posts/openings/", opening_views.desk_list, name="openings-desk"),
    path("posts/openings/<int:pk>/", opening_views.desk, name="opening-desk"),
    path("posts/openings/<int:pk>/closing/", opening_views.closing, name="opening-closing"),
    path("posts/applications/<int:pk>/acceptance/", opening_views.acceptance, name="application-acceptance"),
    path("posts/applications/<int:pk>/refusal/", opening_views.refusal, name="application-refusal"),
    path("posts/applications/<int:pk>/reveal/", opening_views.reveal, name="application-reveal"),
    path("openings/", opening_views.listed, name="openings"),
    path("openings/<int:pk>/", opening_views.opening, name="opening"),
    path("openings/applications/<str:number>/", opening_views.receipt, name="application"),
    path("acting/", acting.acting, name="acting"),
    path("coverage/", coverage_views.coverage, name="coverage"),
]
