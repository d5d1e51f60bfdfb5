"""Addresses of talking: templates, letters, the firm's door, grievances."""

from django.urls import path

from lastmeter.matters.talking.views import grievances, letters, messages, outside, templates

urlpatterns = [
    path("templates/", templates.template_list, name="template-list"),
    path("templates/<str:occasion>/", templates.template, name="template"),
    path("templates/rows/<int:pk>/ending/", templates.ending, name="template-ending"),
    path("matters/<str:number>/resending/", messages.resending, name="matter-resending"),
    path("matters/<str:number>/on-paper/", messages.on_paper, name="matter-on-paper"),
    path("matters/<str:number>/outside/", outside.invitation, name="matter-outside"),
    path("matters/<str:number>/outside/ending/", outside.revocation, name="matter-outside-ending"),
    path("outside/<str:token>/", outside.page, name="outside"),
    path("outside/<str:token>/photos/<str:sha>/", outside.photo, name="outside-photo"),
    path("outside/<str:token>/photos/<str:sha>/thumb/", outside.photo, {"size": "thumb"}, name="outside-thumb"),
    path("grievances/", grievances.grievance_list, name="grievances"),
    path("grievances/<int:pk>/", grievances.grievance, name="grievance"),
    path("letters/", letters.letter_list, name="letters"),
    path("letters/letters.pdf", letters.all_pdf, name="letters-pdf"),
    path("letters/<int:pk>.pdf", letters.pdf, name="letter-pdf"),
    path("letters/<int:pk>/address/", letters.address, name="letter-address"),
    path("letters/<int:pk>/sending/", letters.sending, name="letter-sending"),
]
