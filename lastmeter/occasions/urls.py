"""Addresses of occasions."""

urlpatterns: list[object] = []
