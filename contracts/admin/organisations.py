"""The console's pages on organisations and the people who act for them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contracts.models import Membership, Organisation
from people.console import ConsoleAdmin, ConsoleInline


class MembershipInline(ConsoleInline):
    model = Membership
    autocomplete_fields = ("user",)
    verbose_name_plural = _("可以代表本单位的用户")


@admin.register(Organisation)
class OrganisationAdmin(ConsoleAdmin):
    list_display = ("name", "kind", "uscc", "contact_name", "contact_phone")
    list_filter = ("kind",)
    search_fields = ("name", "uscc", "contact_name")
    search_help_text = _("按名称、统一社会信用代码或联系人查找")
    inlines = (MembershipInline,)
    empty_hint = _("还没有单位。点“增加”登记甲方和乙方单位。")
    fieldsets = (
        (None, {"fields": ("name", "kind", "uscc", "address")}),
        (_("联系人"), {"fields": ("contact_name", "contact_phone", "contact_email")}),
        (_("银行账户"), {"fields": ("bank_name", "bank_account")}),
    )
