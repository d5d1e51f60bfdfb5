"""Addresses of figures: the desk's rates, and what is public."""

from django.urls import path

from lastmeter.insight import public_views, views

urlpatterns = [
    path("rates/", views.rates, name="rates"),
    path("rates/table.xlsx", views.xlsx, name="rates-xlsx"),
    path("rates/behind/", views.behind, name="rates-behind"),
    path("rates/exclusions/", views.left_out, name="rates-exclusions"),
    path("rates/exclusions/<int:pk>/decision/", views.decision, name="rates-exclusion-decision"),
    path("rates/exclusions/<int:pk>/ending/", views.ending, name="rates-exclusion-ending"),
    path("rates/formulas/", views.versions, name="rates-formulas"),
    path("rates/publications/", views.publications, name="rates-publications"),
    path("figures/", public_views.figures, name="figures"),
    path("figures/<str:code>/<str:month>/", public_views.month, name="figures-month"),
    path("figures/<str:code>/<str:month>/table.xlsx", public_views.xlsx, name="figures-xlsx"),
]
