"""Sign-in and sign-out, language, and a person's own account."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from people import tokens
from people.account_parts import parts_of
from people.accounts import change_own_details, choose_language
from people.models import User
from people.refusal import Refused


class SignInForm(AuthenticationForm):
    """Name and password, with words that a person can act on."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确，请重新输入（区分大小写）。"),
        "inactive": _("该账号已停用，请联系安全管理员。"),
    }


class SignIn(LoginView):
    """One door for the staff of Party A and the people of Party B."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        _remember_language(response, form.get_user().language)
        return response

    def get_success_url(self) -> str:
        """Where they wanted to go; people of Party B never to the admin."""
        url = super().get_success_url()
        user = cast(User, self.request.user)
        if not user.is_staff and url.startswith(reverse("admin:index")):
            return reverse("home")
        return url


class SignOut(LogoutView):
    """By POST only."""

    http_method_names = ["post", "options"]


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Shows the product in the chosen language from now on, on every machine of a signed-in person."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    response = redirect(back)
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            choose_language(request.user, language=chosen)
        _remember_language(response, chosen)
    return response


class OwnDetailsForm(forms.ModelForm[User]):
    """What a person may change of their own account."""

    class Meta:
        model = User
        fields = ["name", "phone", "email"]


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """A person's own name and how to reach them."""
    user = cast(User, request.user)
    form = OwnDetailsForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            change_own_details(user, **form.cleaned_data, at=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已保存。"))
            return redirect("account")
    return render(request, "registration/account.html", {"form": form, "parts": parts_of(user)})


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如“市级平台自动报障”。"))
    expires_on = forms.DateField(
        label=_("有效期至"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("最长一年。"),
    )


@login_required
@never_cache
def api_tokens(request: HttpRequest) -> HttpResponse:
    """A person's own API tokens: make one, see its secret once, end one."""
    user = cast(User, request.user)
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = tokens.make(user, **form.cleaned_data, today=timezone.localdate(), at=timezone.now())
            form = TokenForm()
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "secret": secret, "tokens": user.api_tokens.all(), "today": timezone.localdate()}
    return render(request, "registration/tokens.html", context)


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of a person's own tokens; another person's is answered as missing."""
    user = cast(User, request.user)
    tokens.revoke(get_object_or_404(user.api_tokens, pk=pk), by=user, at=timezone.now())
    messages.success(request, _("令牌已停用。"))
    return redirect("api-tokens")


class Password(SuccessMessageMixin[PasswordChangeForm], PasswordChangeView):
    """A person's own password; other sessions end."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("account")
    success_message = _("密码已修改，请妥善保管。")


def _remember_language(response: HttpResponse, chosen: str) -> None:
    options: dict[str, Any] = {"max_age": 365 * 24 * 3600, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, httponly=True, **options)
