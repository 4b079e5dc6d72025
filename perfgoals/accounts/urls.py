from django.urls import path

from perfgoals.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.sign_in_code, name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("session/", views.session_state, name="session-state"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password_change, name="password-change"),
    path("account/sessions/end/", views.session_end_others, name="session-end-others"),
    path("account/sessions/<slug:mark>/end/", views.session_end, name="session-end"),
    path("account/codes/begin/", views.code_begin, name="code-begin"),
    path("account/codes/set-up/", views.code_set_up, name="code-set-up"),
    path("account/codes/recovery/", views.code_recovery, name="code-recovery"),
    path("account/codes/off/", views.code_off, name="code-off"),
    path("tokens/", views.token_list, name="token-list"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
    path("units/new/", views.unit_new, name="unit-new"),
    path("units/<int:pk>/", views.unit_edit, name="unit-edit"),
    path("people/", views.person_list, name="person-list"),
    path("people/new/", views.person_new, name="person-new"),
    path("people/existing/", views.person_existing, name="person-existing"),
    path("people/<int:pk>/", views.person_edit, name="person-edit"),
    path("people/<int:pk>/password/", views.person_password, name="person-password"),
    path("people/<int:pk>/unlock/", views.person_unlock, name="person-unlock"),
    path("people/<int:pk>/sign-out/", views.person_sign_out, name="person-sign-out"),
    path("people/<int:pk>/device/", views.person_device, name="person-device"),
    path("people/<int:pk>/roles/", views.role_add, name="person-role-add"),
    path("people/<int:pk>/roles/<int:number>/", views.role_change, name="person-role-change"),
    path(
        "people/<int:pk>/roles/<int:number>/remove/", views.role_remove, name="person-role-remove"
    ),
]
