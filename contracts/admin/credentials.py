"""The console's page on credentials: fingerprints and their last days, never a secret."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import credentials
from contracts.access_faces import credential_badge
from contracts.forms.access import CredentialForm
from contracts.forms.sharing import ReasonForm
from contracts.models import Credential
from contracts.models.credentials import SOON
from people.console import DateRangeFilter, Outcome, RecordAdmin, Verb
from people.models import User

HANDLE = "contracts.handle_credential"


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast(User, request.user), "at": timezone.now()}


def _register(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    agreement, shared = said.pop("agreement"), said.pop("shared_item")
    made = credentials.register(agreement, shared, credentials.Issued(**said), **_by(request))
    url = reverse("admin:contracts_credential_change", args=[made.pk])
    return Outcome(message=_t("已登记访问凭证，到期前会提醒双方。"), url=url)


def _revoke(request: HttpRequest, obj: Credential, said: dict[str, Any]) -> str:
    credentials.revoke(obj, reason=said["reason"], **_by(request))
    return _t("已登记注销。")


class StandingFilter(admin.SimpleListFilter):
    """Whether a credential can still be used."""

    title = _("效力")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(name), label) for name, label in Credential.Standing.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        rows = {
            "live": Q(revoked_on=None, expires_on__gt=today + SOON),
            "expiring": Q(revoked_on=None, expires_on__range=(today, today + SOON)),
            "expired": Q(revoked_on=None, expires_on__lt=today),
            "revoked": Q(revoked_on__isnull=False),
        }
        return queryset.filter(rows.get(self.value() or "", Q()))


@admin.register(Credential)
class CredentialAdmin(RecordAdmin):
    list_display = ("identifier", "kind", "party_b", "standing", "issued_on", "expires_on", "held_by", "short")
    list_select_related = ("agreement__party_b",)
    list_filter = (StandingFilter, "kind", ("expires_on", DateRangeFilter))
    search_fields = ("identifier", "fingerprint", "held_by", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按标识、指纹、保管人、协议编号或乙方查找")
    fields = (
        "agreement", "shared_item", "kind", "identifier", "fingerprint", "held_by", "issued_on", "expires_on",
        "standing", "revoked_on", "revoked_why",
    )  # fmt: skip
    readonly_fields = ("standing",)
    empty_hint = _("还没有登记访问凭证。只登记标识和 SHA-256 指纹，不保存密钥本身。")
    list_verbs = (
        Verb(
            "register", _("登记凭证"), HANDLE, _register, form=CredentialForm, tone="primary",
            explain=lambda obj: _t("只登记标识和 SHA-256 指纹。请勿填写密钥、口令或证书私钥。"),
        ),
    )  # fmt: skip
    verbs = (
        Verb("revoke", _("登记注销"), HANDLE, _revoke, form=ReasonForm, tone="danger",
             when=lambda obj: obj.revoked_on is None),
    )  # fmt: skip

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: Credential) -> str:
        return obj.agreement.party_b.name

    @admin.display(description=_("效力"), ordering="expires_on")
    def standing(self, obj: Credential) -> SafeString:
        return credential_badge(obj, timezone.localdate())

    @admin.display(description=_("指纹"))
    def short(self, obj: Credential) -> str:
        return obj.fingerprint[:12]
