"""Addresses of accounts."""

from django.urls import path

from lastmeter.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("account/", views.account, name="account"),
    path("password/", views.password, name="password"),
    path("sessions/", views.my_sessions, name="sessions"),
    path("sessions/others/end/", views.end_sessions, name="end_sessions"),
    path("sessions/<str:reference>/end/", views.end_session, name="end_session"),
    path("mine/data/", views.my_data, name="my_data"),
    path("mine/data.json", views.my_data_export, name="my_data_export"),
    path("audit/", views.audit_log, name="audit_log"),
    path("people/lost-phone/", views.lost_phone, name="lost_phone"),
    path("people/link/", views.new_link, name="new_link"),
]
