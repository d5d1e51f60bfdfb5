"""Addresses of whistles."""

from django.urls import path

from lastmeter.matters.whistles.views import acts, blow, conference, lists, page

ONE = "whistles/<str:number>/"
UNIT = f"{ONE}units/<int:pk>/"
urlpatterns = [
    path("matters/<str:number>/whistle/", blow.blow, name="matter-whistle"),
    path("whistles/", lists.whistle_list, name="whistles"),
    path("whistles/ledger/", lists.whistle_ledger, name="whistle-ledger"),
    path("whistles/ledger.xlsx", lists.whistle_sheet, name="whistle-sheet"),
    path(ONE, page.whistle_page, name="whistle"),
    path(f"{ONE}approval/", acts.approval, name="whistle-approval"),
    path(f"{ONE}turning/", acts.turning, name="whistle-turning"),
    path(f"{ONE}refusal/", acts.refusal, name="whistle-refusal"),
    path(f"{ONE}withdrawal/", acts.withdrawal, name="whistle-withdrawal"),
    path(f"{ONE}upgrade/", acts.upgrade, name="whistle-upgrade"),
    path(f"{ONE}routing/", acts.route, name="whistle-routing"),
    path(f"{ONE}units/", acts.more, name="whistle-units"),
    path(f"{ONE}members/", acts.people, name="whistle-members"),
    path(f"{ONE}conferences/", acts.convening, name="whistle-conferences"),
    path(f"{ONE}conferences/<int:pk>/", conference.conference, name="whistle-conference"),
    path(f"{ONE}decisions/<int:pk>/result/", acts.decision_result, name="whistle-decision-result"),
    path(f"{ONE}completion/", acts.completion, name="whistle-completion"),
    path(f"{ONE}completion/despite/", acts.completion_despite, name="whistle-completion-despite"),
    path(f"{ONE}rating/", acts.rating, name="whistle-rating"),
    path(f"{UNIT}signature/", acts.signature, name="whistle-unit-signature"),
    path(f"{UNIT}objection/", acts.objection, name="whistle-unit-objection"),
    path(f"{UNIT}arrival/", acts.arrival, name="whistle-unit-arrival"),
    path(f"{UNIT}colleague/", acts.colleague, name="whistle-unit-colleague"),
    path(f"{UNIT}departure/", acts.departure, name="whistle-unit-departure"),
    path(f"{UNIT}result/", acts.result, name="whistle-unit-result"),
    path(f"{UNIT}release/", acts.release, name="whistle-unit-release"),
    path(f"{UNIT}answer/", acts.answering, name="whistle-unit-answer"),
]
