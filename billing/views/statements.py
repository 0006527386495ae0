"""The portal's pages on usage statements: Party B reads its own and answers them line by line."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from billing import statement_answers
from billing.due_dates import in_words
from billing.forms.statements import DisputeLineForm
from billing.models import UsageStatement, UsageStatementLine
from billing.statement_answers import Objection
from billing.statement_faces import deadline_words, rows_of, state_badge
from billing.statement_printing import kept_pdf
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once
from people.uploading import pdf_download

PER_PAGE = 20
State = UsageStatement.State
ANSWERABLE = (State.SENT, State.DISPUTED)


@require_safe
@login_required
def statements(request: HttpRequest) -> HttpResponse:
    """The statements of the user's organisations, newest first; state keeps one state."""
    found = _own(request).select_related("period__agreement").defer("snapshot", "confirm_working")
    state = request.GET.get("state", "")
    shown = [(code, label) for code, label in State.choices if code != State.DRAFT]
    if state in dict(shown):
        found = found.filter(state=state)
    page = Paginator(found.order_by("-sent_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [(row, state_badge(row), deadline_words(row, on=today)) for row in page.object_list]
    context = {"page_obj": page, "rows": rows, "state": state, "states": shown}
    return render(request, "portal/billing/statements.html", context)


@require_safe
@login_required
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement with its lines; another organisation's is answered exactly like a missing one."""
    return _page(request, _one(request, pk), {})


@require_safe
@login_required
def statement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as it was sent."""
    own = _one(request, pk)
    return pdf_download(kept_pdf(own), name=f"{own.number}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm all, or confirm, dispute or withdraw one line.  What is refused is shown on the page; the input stays."""
    own = _one(request, pk)
    call = VERBS.get(verb)
    if call is None:
        raise Http404
    if request.method != "POST":  # the address of a refused form, opened again
        return redirect("billing:statement", pk)
    line = _line(own, request.POST.get("line", ""))
    if line is None and verb != "confirm-all":
        raise Http404
    form = DisputeLineForm(request.POST, request.FILES, auto_id=f"line{line.pk}_%s") if line else Form(request.POST)
    if verb != "dispute":
        form = Form(request.POST)
    try:
        if form.is_valid():
            messages.success(request, str(_done(request, own, line, call, form.cleaned_data)))
            return redirect("billing:statement", pk)
    except Refused as refused:
        form.add_error(None, str(refused))
    if verb != "dispute" or line is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
        return redirect("billing:statement", pk)
    own.refresh_from_db()
    return _page(request, own, {line.pk: form})


def _confirm_all(own: UsageStatement, line: Any, said: Any, *, by: User, at: Any) -> object:
    statement_answers.confirm(own, by=by, at=at)
    return _("已确认，谢谢。")


def _confirm(own: UsageStatement, line: Any, said: Any, *, by: User, at: Any) -> object:
    statement_answers.confirm(own, line=line, by=by, at=at)
    return _("已确认第 %(line)d 行。") % {"line": line.position}


def _dispute(own: UsageStatement, line: Any, said: Any, *, by: User, at: Any) -> object:
    statement_answers.dispute(line, Objection(**said), by=by, at=at)
    return _("异议已提交，甲方会核对并答复；没有异议的各行可以照常确认。")


def _withdraw(own: UsageStatement, line: Any, said: Any, *, by: User, at: Any) -> object:
    statement_answers.withdraw(line, by=by, at=at)
    return _("已撤回，该行视为确认。")


VERBS: dict[str, Callable[..., object]] = {
    "confirm-all": _confirm_all,
    "confirm": _confirm,
    "dispute": _dispute,
    "withdraw": _withdraw,
}


def _done(
    request: HttpRequest, own: UsageStatement, line: UsageStatementLine | None, call: Any, said: dict[str, Any]
) -> str:
    user, at = cast(User, request.user), timezone.now()
    answer: str = once(
        lambda: str(call(own, line, said, by=user, at=at)), key=request.POST.get(KEY_FIELD, ""), user=user, at=at
    )
    return answer


def _page(request: HttpRequest, own: UsageStatement, sent: dict[int, Form]) -> HttpResponse:
    rows = rows_of(own)
    may = own.state in ANSWERABLE and own.deemed_at is None
    drawn = [
        (row, sent.get(row.line.pk) or DisputeLineForm(auto_id=f"line{row.line.pk}_%s"), row.line.pk in sent)
        for row in rows
    ]
    context = {
        "statement": own,
        "state": state_badge(own),
        "left": deadline_words(own, on=timezone.localdate()),
        "rows": drawn,
        "may": may,
        "open_lines": sum(row.is_open for row in rows),
        "counted": in_words(own.confirm_working),
        "later": getattr(own, "replaced_by", None),
    }
    return render(request, "portal/billing/statement.html", context)


def _line(own: UsageStatement, sent: str) -> UsageStatementLine | None:
    found: UsageStatementLine | None = own.lines.filter(pk=int(sent)).first() if sent.isdecimal() else None
    if found is not None:
        found.statement = own
    return found


def _own(request: HttpRequest) -> Any:
    return UsageStatement.objects.for_user(cast(User, request.user))


def _one(request: HttpRequest, pk: int) -> UsageStatement:
    related = ("period__agreement__party_a", "period__agreement__party_b", "version", "replaces", "replaced_by")
    found: UsageStatement = get_object_or_404(_own(request).select_related(*related), pk=pk)
    return found
