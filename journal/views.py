"""Everybody's own notices: read them, mark them read, say how to be told."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from journal.choosing import Wanted, choice_of, choose, hours_choices
from journal.models import Notice
from journal.outbox import mark_read, unread_for
from people.models import User
from people.refusal import Refused

PER_PAGE = 30


class TellingForm(forms.Form):
    """When no e-mail, and from how many on one letter."""

    night_from = forms.TimeField(
        label=gettext_lazy("夜间免打扰从"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    night_until = forms.TimeField(
        label=gettext_lazy("夜间免打扰到"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=gettext_lazy("可以跨过零点，例如从 22:00 到 07:30。两项都留空表示夜间照常发送。"),
    )
    weekends = forms.BooleanField(label=gettext_lazy("周六、周日免打扰"), required=False)
    support_hours = forms.ChoiceField(
        label=gettext_lazy("支持时间以外免打扰"),
        required=False,
        help_text=gettext_lazy("按所选支持时间的日历计算，节假日和调休都算在内。"),
    )
    urgent_through = forms.BooleanField(label=gettext_lazy("紧急通知照常发送"), required=False)
    most = forms.IntegerField(
        label=gettext_lazy("单独发送的封数"),
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("在下面的时间内超过这个数，其余的合成一封汇总邮件。填 0 表示从不汇总。"),
    )
    minutes = forms.IntegerField(label=gettext_lazy("计数的分钟数"), min_value=1, max_value=1440)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["support_hours"])
        field.choices = [("", gettext_lazy("不按支持时间")), *hours_choices(user)]


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """The signed-in person's notices, newest first; ?unread=1 shows those not read yet, ?q= searches."""
    user = cast(User, request.user)
    found = Notice.objects.filter(recipient=user, channel=Notice.Channel.IN_APP).order_by("-pk")
    if request.GET.get("unread"):
        found = found.filter(read_at__isnull=True)
    if query := request.GET.get("q", "").strip():
        found = found.filter(subject__icontains=query) | found.filter(body__icontains=query)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "query": query, "unread": unread_for(user).count()}
    return render(request, "portal/journal/notices.html", context)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice read."""
    count = mark_read(user=cast(User, request.user), at=timezone.now())
    messages.success(request, _("已将 %(count)d 条通知标为已读。") % {"count": count})
    return redirect("journal:notices")


@require_POST
@login_required
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice read and go to what it speaks of.  Somebody else's is answered as missing."""
    user = cast(User, request.user)
    notice = get_object_or_404(Notice, pk=pk, recipient=user, channel=Notice.Channel.IN_APP)
    mark_read(user=user, at=timezone.now(), notices=[notice.pk])
    if notice.url:
        return redirect(notice.url)
    messages.success(request, _("已标为已读。"))
    return redirect("journal:notices")


@login_required
def telling(request: HttpRequest) -> HttpResponse:
    """When the signed-in person wants no e-mail, and when many become one letter.  In-app notices come always."""
    user = cast(User, request.user)
    choice = choice_of(user)
    initial = {name: getattr(choice, name) for name in Wanted.__dataclass_fields__}
    form = TellingForm(request.POST or None, initial=initial, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            choose(user, Wanted(**form.cleaned_data), at=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已保存。"))
            return redirect("account")
    return render(request, "registration/telling.html", {"form": form})
