"""Addresses of the demonstration; included only while `gate.is_open()`."""

from django.urls import path

from lastmeter.project.demo import views

urlpatterns = [
    path("", views.guide, name="demo"),
    path("sign-in/", views.sign_in, name="demo-sign-in"),
]
