"""The console's pages on what was decided where the text is open."""

from collections.abc import Iterator
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import deciding
from contracts.forms.decisions import DecideForm, FillForm, newest
from contracts.models import Agreement, AgreementVersion, Decision
from contracts.questions import BY_KEY
from people.console import DateRangeFilter, ReadOnlyAdmin, Verb
from people.models import User
from people.refusal import Refused

DECIDE = "contracts.add_decision"


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("version", "title", "answered", "by", "at")
    list_select_related = ("version__agreement", "by")
    list_filter = (("at", DateRangeFilter), "key")
    search_fields = ("version__agreement__number", "key", "note")
    search_help_text = _("按协议编号、事项代码或说明查找")
    fields = ("version", "title", "answered", "consequence", "note", "by", "at")
    readonly_fields = ("title", "answered", "consequence")
    export_columns = ("version", "title", "answered", "note", "by", "at")
    empty_hint = _("还没有登记过条款决定。在协议草稿的页面点“登记决定”。")

    @admin.display(description=_("事项"), ordering="key")
    def title(self, obj: Decision) -> str:
        question = BY_KEY.get(obj.key)
        return str(question.title) if question else obj.key

    @admin.display(description=_("决定"))
    def answered(self, obj: Decision) -> str:
        option = BY_KEY[obj.key].option(obj.answer) if obj.key in BY_KEY else None
        return str(option.label) if option else obj.answer

    @admin.display(description=_("后果"))
    def consequence(self, obj: Decision) -> str:
        option = BY_KEY[obj.key].option(obj.answer) if obj.key in BY_KEY else None
        return str(option.consequence) if option else "—"


def _drafted(agreement: Agreement) -> AgreementVersion:
    version = newest(agreement)
    if version is None:
        raise Refused(_t("这份协议还没有条款。"))
    return version


def _decide(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    note = said.pop("note")
    by, at = cast(User, request.user), timezone.now()
    made = deciding.decide_all(_drafted(obj), said, note=note, by=by, at=at)
    return _t("已登记 %(n)d 项决定。") % {"n": len(made)}


def _fill(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    deciding.fill(_drafted(obj), said, by=cast(User, request.user), at=timezone.now())
    return _t("已保存。")


def _verbs() -> Iterator[Verb]:
    yield Verb(
        "decide",
        _("登记决定"),
        DECIDE,
        _decide,
        form=DecideForm,
        when=lambda obj: obj.state == Agreement.State.DRAFT,
        explain=lambda obj: _t("条款有两种读法的地方，须由人作出决定；没有决定的留空，全部决定后才能提交签署。"),
    )
    yield Verb(
        "fill",
        _("填写参数"),
        DECIDE,
        _fill,
        form=FillForm,
        when=lambda obj: obj.state == Agreement.State.DRAFT and any(not b["home"] for b in _blanks(obj)),
        explain=lambda obj: _t("模板里由本协议自己约定的参数；不必填而留空的，正文写“没有可衡量的约定”。"),
    )


def _blanks(agreement: Agreement) -> list[dict[str, Any]]:
    version = newest(agreement)
    return list(version.blanks) if version else []


VERBS = tuple(_verbs())
