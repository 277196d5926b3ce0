from django.urls import path

from annotations.accounts.views import links, own, people, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign_out"),
    path("sign-in-link/<str:token>/", links.use, name="use_link"),
    path("account/", own.account, name="account"),
    path("account/password/", own.change_password, name="change_password"),
    path("account/sessions/end", own.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:session_id>/end", own.end_session, name="end_session"),
    path("account/keys/<slug:prefix>/revoke", own.revoke_key, name="revoke_own_key"),
    path("account/time-zone", own.choose_time_zone, name="choose_time_zone"),
    path("account/statement", own.accept_statement, name="accept_statement"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/mail-link", links.mail, name="mail_link"),
    path("people/<uuid:user_id>/", people.person, name="person"),
    path("people/<uuid:user_id>/describe", people.describe, name="describe"),
    path("people/<uuid:user_id>/training", people.record_training, name="record_training"),
    path("people/<uuid:user_id>/role", people.change_role, name="change_role"),
    path("people/<uuid:user_id>/step", people.step, name="step"),
    path("people/<uuid:user_id>/new-password", people.require_new_password, name="require_new_password"),
    path("people/<uuid:user_id>/keys/<slug:prefix>/revoke", people.revoke_key, name="revoke_key"),
    path("people/proposals/<uuid:proposal_id>/decide", people.decide, name="decide_proposal"),
    path("people/proposals/<uuid:proposal_id>/take-back", people.take_back, name="take_back_proposal"),
]
