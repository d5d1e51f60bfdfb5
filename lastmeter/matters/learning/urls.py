"""Addresses of learning: reports, the test bench, what is said while typing."""

from django.urls import path

from lastmeter.matters.learning.views import pages, typing

urlpatterns = [
    path("learning/", pages.learning, name="learning"),
    path("learning/<int:pk>/", pages.one, name="learning-model"),
    path("learning/bench/", pages.bench, name="learning-bench"),
    path("learning/bench/run/", pages.bench_run, name="learning-bench-run"),
    path("learning/bench/<int:pk>/", pages.case, name="learning-case"),
    path("learning/bench/<int:pk>/removal/", pages.case_removal, name="learning-case-removal"),
    path("report/suggestions/", typing.for_residents, name="report-suggestions"),
    path("matters/new/suggestions/", typing.for_counter, name="counter-suggestions"),
    path("found/suggestions/", typing.for_field, name="found-suggestions"),
]
