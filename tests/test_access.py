"""Every address of the product × everybody: who gets in, who is refused, and that a refusal changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from billing.models import Demand, Document, FormalFile, UsageStatement
from contracts.models import (
    Agreement,
    AgreementItem,
    BreachCase,
    ConsentRequest,
    Dispute,
    ExitTask,
    InterfaceSpec,
    Membership,
    ObligationOccurrence,
    Organisation,
    Paper,
    PersonUndertaking,
    RuleVersion,
    ThirdPartyAccess,
    Violation,
)
from journal.models import Approval, Notice
from people.models import User
from sla import tickets
from sla.models import (
    Adjudication,
    ArticleVersion,
    Attachment,
    Breach,
    Outage,
    Service,
    ServiceReport,
    Ticket,
)
from tests import access_policy as policy
from tests import make
from tests.answers import let_go, seen
from tests.standing import standing
from tests.walking import ADMIN_ACTIONS, Address, addresses, admin_models, admin_parts, row_of, url
from worktime import publishing
from worktime.almanac import Notice as HolidayNotice
from worktime.china import china_almanac
from worktime.models import Calendar

ACCOUNTS = {
    policy.OP: "yunwei",
    policy.OL: "yunweizhang",
    policy.FI: "caiwu",
    policy.FL: "caiwuzhang",
    policy.CM: "hetong",
    policy.AU: "shenji",
    policy.SYS: "xitong",
    policy.SEC: "anquan",
    policy.AUD: "rizhi",
    policy.BA: "liuyang",
    policy.OTHER_B: "huanghai",
}
BILL_PAGES = (
    "billing:document",
    "billing:interest",
    "billing:document-pdf",
    "billing:interest-pdf",
    "billing:document-dispute",
)
AGREEMENT_PAGES = ("contracts:board", "contracts:board-pdf", "contracts:text", "contracts:text-pdf")
REPORT_PAGES = ("sla:report", "sla:report-pdf", "sla:report-xlsx")
SIGN_IN = "/sign-in/"
UNCOUNTED = {"sessions.session", "axes.accesslog", "axes.accessattempt", "axes.accessfailurelog"}


# Who walks on a second engine too: one of each house, so that every kind of page is drawn from both engines.
ON_EVERY_ENGINE = frozenset({policy.CM, policy.BA})


def actors(whom: policy.Who) -> list[Any]:
    """Each actor as a case of its own."""
    return [
        pytest.param(actor, marks=() if actor in ON_EVERY_ENGINE else pytest.mark.once, id=actor)
        for actor in sorted(whom)
    ]


@dataclass(frozen=True)
class Call:
    """One concrete address with those who may open it."""

    name: str
    url: str
    allowed: policy.Who


def test_every_address_has_a_policy_row() -> None:
    missing = [address.name for address in addresses() if not _has_row(address)]

    assert missing == []


def test_every_verb_of_the_admin_has_a_policy_row() -> None:
    stated = {label: (set(row.verbs), set(row.list_verbs)) for label, row in policy.MODELS.items()}
    found = {
        label: (
            {verb.name for verb in getattr(site.get_model_admin(model), "verbs", ())},
            {verb.name for verb in getattr(site.get_model_admin(model), "list_verbs", ())},
        )
        for label, model in admin_models().items()
    }

    assert stated == found


def _has_row(address: Address) -> bool:
    rows = {*policy.PAGES, *policy.OWN_ROWS, *policy.OWN_POSTS, *policy.BY_SECRET, *policy.SHARED, *policy.API}
    if address.name in rows:
        return True
    parts = admin_parts(address.name)
    if parts is None:
        return False
    label, action = parts
    row = policy.MODELS.get(label)
    return row is not None and (action in ADMIN_ACTIONS or action in row.extra)


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, User | None]]:
    """The sample with a plain Party B user, an attachment and an outsider; the actors by name."""
    folder = tmp_path_factory.mktemp("files")
    with standing(django_db_blocker), override_settings(MEDIA_ROOT=folder):
        call_command("load_sample", "--on", "2026-11-23", verbosity=0)
        actors: dict[str, User | None] = {name: User.objects.get(username=made) for name, made in ACCOUNTS.items()}
        plain = make.user("party_b", name="林静")
        administrator = actors[policy.BA]
        assert administrator is not None
        body = Membership.objects.get(user=administrator).organisation
        Membership.objects.create(user=plain, organisation=body)
        photo = SimpleUploadedFile("报错截图.txt", "会话无效".encode(), content_type="text/plain")
        ticket = Ticket.objects.filter(agreement__party_b=body, state="disputed").get()
        _one_request_for_approval(actors[policy.CM])
        _one_adjudication()
        _one_spec_of_theirs(body)
        tickets.reply(ticket, at=timezone.now(), by=plain, text="补充截图。", files=[photo])
        outsider = make.user("outsider", name="外人")
        yield {**actors, policy.BU: plain, policy.OUTSIDER: outsider, policy.ANONYMOUS: None}


@pytest.fixture
def world(loaded: dict[str, User | None], db: None) -> dict[str, User | None]:
    """The actors in a world that each test finds as the first did."""
    return loaded


def _one_request_for_approval(by: User | None) -> None:
    """A loaded notice that waits for its second person: neither is in the sample."""
    assert by is not None
    calendar = Calendar.objects.get()
    stated = china_almanac().years[2026]
    later = replace(
        stated, off={**stated.off, date(2026, 12, 31): "元旦"}, notices=(HolidayNotice("测试通知", date(2026, 11, 1)),)
    )
    made = publishing.draft(calendar, later, origin="text", text="测试", by=by, at=timezone.now())
    publishing.ask(made, by=by, at=timezone.now())


def _one_spec_of_theirs(body: Organisation) -> None:
    """A specification of an item that nobody but the organisation shares; the sample shares its own with others."""
    others = AgreementItem.objects.exclude(agreement__party_b=body).values("item")
    shared = AgreementItem.objects.filter(agreement__party_b=body).exclude(item__in=others).latest("pk")
    like = InterfaceSpec.objects.earliest("pk")
    make_spec = {"paper": like.paper, "by": like.by, "at": like.at, "published_on": like.published_on}
    InterfaceSpec.objects.create(item=shared.item, version="V1.0", **make_spec)


def _one_adjudication() -> None:
    breach = Breach.objects.earliest("pk")
    Adjudication.objects.create(
        breach=breach,
        ground=Adjudication.Ground.LATE_NOTICE,
        calendar_version=breach.clock.calendar_version,
        consumed_seconds=0,
        target_seconds=breach.clock.target_seconds or 0,
        proposed_at=timezone.now(),
    )


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("actor", actors(policy.EVERYBODY))
def test_everybody_gets_what_the_matrix_gives(world: dict[str, User | None], actor: str) -> None:
    wrong = []
    client = _client(world[actor])
    for call in [*_admin_calls(), *_page_calls()]:
        answer = client.get(call.url)
        let_go(answer)
        if not _as_said(answer, actor, call):
            wrong.append(f"{actor}: {call.name} GET -> {answer.status_code} {answer.headers.get('Location', '')}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("actor", actors(policy.EVERYBODY))
def test_a_post_without_the_right_changes_nothing(world: dict[str, User | None], actor: str) -> None:
    before = _row_counts()
    wrong = []
    client = _client(world[actor])
    for call in _admin_calls(posting=True):
        if actor not in call.allowed:
            answer = client.post(call.url, {"_save": "1"})
            if not _refused(answer, actor):
                wrong.append(f"{actor}: {call.name} POST -> {answer.status_code}")

    assert not wrong, "\n".join(wrong)
    assert _row_counts() == before


@pytest.mark.parametrize("actor", actors(policy.SIGNED_IN))
def test_rows_of_others_are_answered_as_missing_ones(world: dict[str, User | None], actor: str) -> None:
    wrong = []
    client = _client(world[actor])
    for name, arguments, absent in _own_rows(world):
        answer = client.get(reverse(name, kwargs=arguments))
        let_go(answer)
        own = frozenset({policy.BA}) if name in policy.ADMINISTERED else policy.OWN_PARTY_B
        if actor in own | policy.ROW_READERS.get(name, policy.NOBODY):
            right = answer.status_code == 200
        else:
            (asked,), (missing,) = arguments.values(), absent.values()
            nothing = client.get(reverse(name, kwargs=absent))
            right = answer.status_code == 404 and seen(answer, asked=asked) == seen(nothing, asked=missing)
        if not right:
            wrong.append(f"{actor}: {name} -> {answer.status_code}")

    assert not wrong, "\n".join(wrong)


def test_rows_of_others_cannot_be_acted_on(world: dict[str, User | None]) -> None:
    client = _client(world[policy.OTHER_B])
    own = Ticket.objects.filter(agreement__party_b__memberships__user=world[policy.BU], state="disputed").get()
    report = ServiceReport.objects.get(agreement=own.agreement)
    notice = Notice.objects.filter(recipient=world[policy.BA], channel="in_app").first()
    assert notice is not None
    before = _row_counts()

    answers = [
        client.post(reverse("sla:act", args=[own.number, verb]), {"text": "外单位"})
        for verb in ("reply", "confirm", "dispute", "cancel")
    ]
    answers += [client.post(reverse("sla:report-act", args=[report.pk, verb])) for verb in ("confirm", "dispute")]
    answers.append(client.post(reverse("journal:read", args=[notice.pk])))

    assert {answer.status_code for answer in answers} == {404}
    assert _row_counts() == before


def test_get_only_pages_take_no_post_and_the_other_way_round(world: dict[str, User | None]) -> None:
    client = _client(world[policy.BU])

    assert client.get(reverse("journal:read-all")).status_code == 405
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.get(reverse("language")).status_code == 405
    assert client.post(reverse("billing:documents")).status_code == 405


def _client(actor: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if actor is not None:
        client.force_login(actor, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _as_said(answer: HttpResponseBase, actor: str, call: Call) -> bool:
    """Whoever may gets a page or a way on; whoever may not is refused."""
    if actor not in call.allowed:
        return _refused(answer, actor)
    return answer.status_code in {200, 302} and SIGN_IN not in answer.headers.get("Location", "")


def _refused(answer: HttpResponseBase, actor: str) -> bool:
    """Staff and Party B are refused; an unknown visitor is led to the sign-in page; POST-only pages say so.

    A row that this person may not find is not there for him: the admin answers so by leading to its first page.
    """
    if answer.status_code == 302:
        way_on = SIGN_IN if actor == policy.ANONYMOUS else reverse("admin:index")
        return answer.headers["Location"].partition("?")[0] == way_on
    return answer.status_code in {403, 404, 405}


def _admin_calls(*, posting: bool = False) -> Iterator[Call]:
    """Every address of every model of the admin.  When posting, those who may change rows stand for the viewers."""
    for address in addresses():
        parts = admin_parts(address.name)
        if parts is not None:
            yield from _model_calls(address, *parts, posting=posting)


def _model_calls(address: Address, label: str, action: str, *, posting: bool) -> Iterator[Call]:
    row, first = policy.MODELS[label], _row_of(label)
    assert first is not None, f"the sample has no {label} to ask for"
    key, view = first.pk, row.view
    if action == "verb":
        for verb, allowed in row.verbs.items():
            yield Call(f"{address.name} {verb}", url(address, object_id=key, verb_name=verb), allowed)
    elif action == "listverb":
        for verb, allowed in row.list_verbs.items():
            yield Call(f"{address.name} {verb}", url(address, verb_name=verb), allowed)
    elif action == "export":
        for kind in ("csv", "xlsx"):
            yield Call(f"{address.name} {kind}", url(address, kind=kind), row.view & policy.EXPORTERS)
    elif action == "simple_history":
        past = first.history.first()
        yield Call(address.name, reverse(address.name, args=[key, past.pk]), policy.NOBODY if posting else view)
    else:
        allowed = {
            "changelist": view,
            "add": row.add,
            "delete": policy.NOBODY,
            "change": row.change if posting else view,
            "history": policy.NOBODY if posting else view,
            **row.extra,
        }[action]
        if posting and action == "changelist":
            return  # a POST of the list is its filter form sent the other way: it has no actions
        yield Call(address.name, url(address, object_id=key, pk=_printable(label, key)), allowed)


def _row_of(label: str) -> Any:
    """The first row of the model; of the approvals the one that the walk asked for, the last."""
    return Approval.objects.latest("pk") if label == "journal_approval" else row_of(label)


def _printable(label: str, key: int) -> int:
    """A document that has its papers: issued and overdue; the file of a formal invoice; any other row as it is."""
    if label == "billing_formalinvoice":
        return int(FormalFile.objects.earliest("pk").pk)
    if label != "billing_document":
        return key
    return int(Document.objects.get(number="ZD-2026-00002").pk)


def _page_calls() -> Iterator[Call]:
    for name, allowed in policy.PAGES.items():
        yield Call(name, reverse(name) + policy.QUESTIONS.get(name, ""), allowed)


def _own_rows(world: dict[str, User | None]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(address, arguments of a row of party_b's organisation, arguments of no row)."""
    membership = Membership.objects.get(user=world[policy.BU])
    own, body = membership.user, membership.organisation
    document = Document.objects.filter(agreement__party_b=body, number="ZD-2026-00002").get()
    outage = _own_outage(body)
    rows: dict[str, Any] = {
        "sla:ticket": {"number": Ticket.objects.filter(agreement__party_b=body).latest("pk").number},
        "sla:attachment": {"pk": Attachment.objects.get().pk},
        "sla:article": {"pk": ArticleVersion.objects.published().get(article__agreement__party_b=body).article_id},
        "sla:rate": {"number": Ticket.objects.filter(agreement__party_b=body).latest("pk").number},
        "sla:quality-report": {"number": _quality_tickets(body).filter(quality__isnull=False).latest("pk").number},
        "sla:quality-describe": {"number": _quality_tickets(body).filter(quality=None).latest("pk").number},
        **{name: {"pk": ServiceReport.objects.get(agreement__party_b=body).pk} for name in REPORT_PAGES},
        **{name: {"number": outage} for name in ("sla:outage", "sla:outage-report")},
        "contracts:agreement": {"pk": Agreement.objects.get(party_b=body, state="in_force").pk},
        "contracts:exit-task": {"pk": ExitTask.objects.get(agreement__party_b=body, state="open").pk},
        "contracts:compare": {"pk": Agreement.objects.get(party_b=body, state="in_force").pk},
        **{name: {"pk": Agreement.objects.get(party_b=body, state="in_force").pk} for name in AGREEMENT_PAGES},
        "contracts:spec-file": {"pk": InterfaceSpec.objects.latest("pk").pk},
        "contracts:shared-item": {"pk": AgreementItem.objects.filter(agreement__party_b=body).latest("pk").pk},
        "contracts:duty": {"pk": _own_duty(body)},
        "contracts:case": {"pk": BreachCase.objects.told().filter(agreement__party_b=body).latest("pk").pk},
        "contracts:dispute": {"pk": Dispute.objects.filter(agreement__party_b=body).latest("pk").pk},
        "contracts:paper": {"pk": Paper.objects.filter(agreement__party_b=body, for_party_b=True).latest("pk").pk},
        "contracts:third-party-end": {"pk": ThirdPartyAccess.objects.filter(agreement__party_b=body).earliest("pk").pk},
        "contracts:consent-withdraw": {"pk": ConsentRequest.objects.filter(agreement__party_b=body).earliest("pk").pk},
        **{
            name: {"pk": PersonUndertaking.objects.filter(agreement__party_b=body).earliest("pk").pk}
            for name in ("contracts:undertaking-sign", "contracts:undertaking-leave")
        },
        "contracts:violation": {
            "pk": Violation.objects.filter(agreement__party_b=body, notice__isnull=False).earliest("pk").pk
        },
        "contracts:rule": {"pk": RuleVersion.objects.get(rule__agreement__party_b=body).pk},
        "contracts:rule-file": {"pk": RuleVersion.objects.get(rule__agreement__party_b=body).pk},
        **{f"contracts:{name}": {"pk": body.pk} for name in ("organisation", "member-add", "contact-add")},
        "contracts:contact": {"pk": body.contacts.latest("pk").pk},
        **{
            name: {"pk": UsageStatement.objects.standing().filter(period__agreement__party_b=body).latest("pk").pk}
            for name in ("billing:statement", "billing:statement-pdf")
        },
        **{name: {"pk": document.pk} for name in BILL_PAGES},
        "billing:demand": {"pk": Demand.objects.get(agreement__party_b=body).pk},
        "billing:demand-pdf": {"pk": Demand.objects.get(agreement__party_b=body).pk},
        "billing:formal-file": {"pk": FormalFile.objects.for_user(own).earliest("pk").pk},
    }
    assert set(rows) == set(policy.OWN_ROWS)
    nothing = {"number": "GZ-2026-999999", "pk": 999_999}
    return [(name, asked, {key: nothing[key] for key in asked}) for name, asked in rows.items()]


def _quality_tickets(body: Organisation) -> Any:
    """The data quality tickets of the organisation."""
    return Ticket.objects.filter(agreement__party_b=body, kind="data_quality")


def _own_outage(body: Organisation) -> str:
    """The explained outage, moved to a service that only this organisation uses: the sample's concerns everybody."""
    outage = Outage.objects.exclude(report=None).get()
    only, _made = Service.objects.get_or_create(
        code="own",
        defaults={
            "provider": outage.services.get().provider,
            "name": "专用接口",
            "kind": "interface",
            "since": date(2026, 1, 1),
        },
    )
    only.agreements.set(Agreement.objects.filter(party_b=body))
    outage.services.set([only])
    return str(outage.number)


def _own_duty(body: Organisation) -> int:
    """An open occurrence of a duty of the organisation."""
    return int(
        ObligationOccurrence.objects.filter(obligation__agreement__party_b=body, obligation__side="b").latest("pk").pk
    )


def _row_counts() -> dict[str, int]:
    """How many rows every table has, history included."""
    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in UNCOUNTED
    }
