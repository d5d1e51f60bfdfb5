"""Which package answers which address."""

from django.urls import URLPattern, URLResolver, include, path

from lastmeter.project.demo import gate

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("lastmeter.matters.urls")),
    path("", include("lastmeter.insight.urls")),
    path("", include("lastmeter.volunteers.urls")),
    path("", include("lastmeter.occasions.urls")),
    path("", include("lastmeter.venues.urls")),
    path("", include("lastmeter.grid.urls")),
    path("", include("lastmeter.notices.urls")),
    path("", include("lastmeter.accounts.urls")),
    path("", include("lastmeter.interop.tiles.urls")),
    path("", include("lastmeter.web.urls")),
]
if gate.is_open():
    urlpatterns.insert(0, path("demo/", include("lastmeter.project.demo.urls")))

handler400 = "lastmeter.web.errors.bad_request"
handler403 = "lastmeter.web.errors.forbidden"
handler404 = "lastmeter.web.errors.not_found"
handler500 = "lastmeter.web.errors.server_error"
