"""The service tiles of the resident's home; a tile without a page is left out."""

from django.utils.translation import gettext_lazy as _

from lastmeter.web.navigation import Entry

TILES = (
    Entry("resident", _("查进度"), "search", ("/m/", "/mine/")),
    Entry("resident", _("我的网格"), "grid", ("/g/", "/who/")),
    Entry("resident", _("订场地"), "calendar", ("/venues/",)),
    Entry("resident", _("四点半课堂"), "book", ("/classes/",)),
    Entry("resident", _("帮帮我"), "heart", ("/needs/",)),
    Entry("resident", _("代办"), "file", ("/agency/",)),
    Entry("resident", _("活动"), "people", ("/activities/",)),
    Entry("resident", _("志愿报到"), "heart", ("/volunteering/",)),
    Entry("resident", _("大家议"), "talk", ("/topics/",)),
)
