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
]
