"""Addresses of matters: the requester's, the field's and the desk's."""

from django.urls import path

from lastmeter.matters.views import acts, counter, field, matter, photos, progress, queue, reporting

urlpatterns = [
    # the resident
    path("report/", reporting.report, name="report"),
    path("report/<str:number>/", reporting.done, name="report-done"),
    path("report/<str:number>/phone/", reporting.phone, name="report-phone"),
    path("report/<str:number>/phone/code/", reporting.phone_code, name="report-phone-code"),
    path("mine/", progress.mine, name="mine"),
    path("m/", progress.look_up, name="look-up"),
    path("m/<str:number>/", progress.progress, name="progress"),
    path("m/<str:number>/answer/", progress.answer, name="progress-answer"),
    path("m/<str:number>/rating/", progress.rating, name="progress-rating"),
    path("m/<str:number>/reopening/", progress.reopening, name="progress-reopening"),
    path("m/<str:number>/withdrawal/", progress.withdrawal, name="progress-withdrawal"),
    path("m/<str:number>/photos/<str:sha>/", progress.photo, name="progress-photo"),
    path("m/<str:number>/photos/<str:sha>/thumb/", progress.photo, {"size": "thumb"}, name="progress-thumb"),
    # the field
    path("today/", field.today, name="today"),
    path("found/", field.found, name="found"),
    # the desk
    path("queue/", queue.queue, name="queue"),
    path("queue/choices/<str:at>/<str:name>/", queue.choices, name="queue-choices"),
    path("matters/new/", counter.counter, name="counter"),
    path("matters/new/similar/", counter.similar, name="counter-similar"),
    path("matters/<str:number>/", matter.matter_page, name="matter"),
    path("matters/<str:number>/receipt/", counter.receipt, name="receipt"),
    path("matters/<str:number>/print/", matter.matter_print, name="matter-print"),
    path("matters/<str:number>/photos/<str:sha>/", photos.photo, name="matter-photo"),
    path("matters/<str:number>/photos/<str:sha>/thumb/", photos.photo, {"size": "thumb"}, name="matter-thumb"),
    path("matters/<str:number>/reveal/", acts.reveal, name="matter-reveal"),
    path("matters/<str:number>/acceptance/", acts.acceptance, name="matter-acceptance"),
    path("matters/<str:number>/merger/", acts.merger, name="matter-merger"),
    path("matters/<str:number>/diversion/", acts.diversion, name="matter-diversion"),
    path("matters/<str:number>/rejection/", acts.rejection, name="matter-rejection"),
    path("matters/<str:number>/assignment/", acts.assignment, name="matter-assignment"),
    path("matters/<str:number>/taking/", acts.taking, name="matter-taking"),
    path("matters/<str:number>/signature/", acts.signature, name="matter-signature"),
    path("matters/<str:number>/beginning/", acts.beginning, name="matter-beginning"),
    path("matters/<str:number>/return/", acts.giving_back, name="matter-return"),
    path("matters/<str:number>/recall/", acts.recall, name="matter-recall"),
    path("matters/<str:number>/escalation/", acts.escalation, name="matter-escalation"),
    path("matters/<str:number>/settlement/", acts.settlement, name="matter-settlement"),
    path("matters/<str:number>/reply/", acts.reply, name="matter-reply"),
    path("matters/<str:number>/note/", acts.note, name="matter-note"),
    path("matters/<str:number>/enquiry/", acts.enquiry, name="matter-enquiry"),
    path("matters/<str:number>/verification/", acts.verification, name="matter-verification"),
    path("matters/<str:number>/rework/", acts.rework, name="matter-rework"),
    path("matters/<str:number>/closure/", acts.closure, name="matter-closure"),
    path("matters/<str:number>/revisit/", acts.revisit, name="matter-revisit"),
    path("matters/<str:number>/archiving/", acts.archiving, name="matter-archiving"),
]
