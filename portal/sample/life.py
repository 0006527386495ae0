"""Sample lives: an agreement that ran out and was renewed, one suspended, one about to end, one terminated, one half signed."""

from dataclasses import dataclass
from datetime import date, timedelta

from contracts import deciding, exits, lifecycle, renewing, serving, suspending, terminating
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, ExitTask, Organisation, ServedNotice, SupportHours
from journal import approvals
from journal.models import Approval
from portal.sample.agreements import ANSWERS, activate, make_terms, sign
from portal.sample.moments import Moments, local
from portal.sample.papers import sample_pdf
from portal.sample.people import People
from worktime.workdays import corresponding_day

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An agreement to be made: whose, its number, from when to when."""

    body: Organisation
    number: str
    start: date
    years: int = 3
    tacit: bool = False

    @property
    def end(self) -> date:
        """The written last day."""
        return corresponding_day(self.start, years=self.years) - DAY


def make_lives(people: People, agreements: list[Agreement], hours: SupportHours, moments: Moments) -> None:
    """One agreement in each part of its life; the first Party B's agreement renews one that ran out."""
    _renewed(people, agreements[0], hours)
    _suspended(people, hours, moments)
    _ending(people, hours, moments)
    _terminated(people, hours, moments)
    _half_signed(people, hours, moments)


def body_named(name: str, person: str) -> Organisation:
    """An organisation of the sample, made when it is not there yet."""
    body, _made = Organisation.objects.get_or_create(
        name=name, defaults={"kind": Organisation.Kind.GOVERNMENT, "contact_name": person}
    )
    return body


def _draft(people: People, hours: SupportHours, plan: Plan) -> Agreement:
    agreement = Agreement.objects.create(
        number=plan.number,
        title=f"{plan.body.name}电子政务信息平台共享协议",
        party_a=people.party_a,
        party_b=plan.body,
        manager=people["hetong"],
        agreed_effective_on=plan.start,
        term_years=plan.years,
        ends_on=plan.end,
    )
    version = make_terms(agreement, hours, plan.start)
    if plan.tacit:
        version.tacit_notice_days, version.tacit_years = 30, 1
        version.save()
    write_standard_clauses(version)
    deciding.decide_all(version, ANSWERS, by=people["hetong"], at=local(plan.start - 15 * DAY, 10))
    return agreement


def in_force(people: People, hours: SupportHours, plan: Plan) -> Agreement:
    """A signed agreement by a plan, with the standard clauses."""
    agreement = _draft(people, hours, plan)
    sign(people, agreement, plan.start - 12 * DAY)
    return activate(people, agreement, plan.start - 12 * DAY)


def _renewed(people: People, current: Agreement, hours: SupportHours) -> None:
    """The earlier agreement of the first Party B: run out, all exit tasks settled but the seals that Party B owes."""
    begun = current.effective_on
    if begun is None:
        return
    start = corresponding_day(begun, years=-3)
    plan = Plan(body=current.party_b, number=f"GXXY-{start.year}-011", start=start)
    agreement = in_force(people, hours, plan)
    over = local(plan.end + DAY, 0, 1)
    lifecycle.expire(agreement, by=None, at=over)
    current.renews = agreement
    current.save()
    for task in ExitTask.objects.filter(agreement=agreement):
        if task.kind == ExitTask.Kind.SETTLEMENT:
            exits.done(task, note="费用已全部结清，双方对账无误。", by=people["caiwuzhang"], at=over + 9 * DAY)
        elif task.kind != ExitTask.Kind.SEALS:
            exits.waive(task, reason="已续签新协议，继续使用。", by=people["hetong"], at=over + 9 * DAY)


def _suspended(people: People, hours: SupportHours, moments: Moments) -> None:
    """Renewed tacitly once, suspended at present, its termination decided with a cure period that still runs."""
    today = moments.today
    start = corresponding_day(today, months=-14).replace(day=1)
    plan = Plan(
        body=body_named("南浦区人力资源和社会保障局", "丁一鸣"),
        number=f"GXXY-{start.year}-012",
        start=start,
        years=1,
        tacit=True,
    )
    agreement = in_force(people, hours, plan)
    renewing.confirm_tacit(
        agreement, note="异议期内双方均无异议。", by=people["hetong"], at=local(plan.end - 5 * DAY, 10)
    )
    for number, (days, lifted) in enumerate(((60, True), (5, False))):
        begun = local(moments.days_ago(days), 9)
        halt = lifecycle.Halt(
            scope="access", reason=("逾期付款，催告后仍未支付。", "再次逾期付款。")[number], starts_at=begun
        )
        approvals.approve(
            suspending.ask(agreement, halt, by=people["hetong"], at=begun), by=people["caiwuzhang"], at=begun
        )
        if lifted:
            paid = begun + 3 * DAY
            asked = suspending.ask_lift(agreement, reason="欠费已付清。", by=people["hetong"], at=paid)
            approvals.approve(asked, by=people["caiwuzhang"], at=paid)
    _breach(people, agreement, moments)


def _breach(people: People, agreement: Agreement, moments: Moments) -> None:
    sent = local(moments.days_ago(3), 9)
    writing = serving.Writing(
        kind=ServedNotice.Kind.TERMINATION,
        sender=ServedNotice.Side.A,
        subject="关于限期付清欠费、逾期解除协议的通知",
        text="请于通知载明的期限内付清欠费；期满未付清的，协议自期满时解除。",
        clause_number="6.3.2",
    )
    by = people["hetong"]
    notice = serving.write(agreement, writing, by=by, at=sent - DAY)
    case = terminating.Case(
        ground="breach",
        side="a",
        reason="经催告仍未支付到期费用。",
        clause_number="6.3.2",
        known_on=moments.days_ago(40),
        notice=notice,
        until=moments.today + 12 * DAY,
    )
    made = terminating.propose(agreement, case, by=by, at=sent - DAY)
    approvals.approve(_request_of(made.pk), by=people["caiwuzhang"], at=sent)
    serving.send(notice, channel=ServedNotice.Channel.POST, sent_at=sent, by=by, at=sent)
    serving.receive(notice, received_at=sent + DAY, received_by="丁一鸣", by=by, at=sent + DAY)


def _request_of(pk: int) -> Approval:
    return Approval.objects.get(kind=terminating.KIND, target_id=str(pk), state="requested")


def _ending(people: People, hours: SupportHours, moments: Moments) -> None:
    """Ends in 25 days; its renewal is drafted and half looked at."""
    start = corresponding_day(moments.today + 26 * DAY, years=-3)
    plan = Plan(body=body_named("北山县卫生健康委员会", "顾晓岚"), number=f"GXXY-{start.year}-013", start=start)
    agreement = in_force(people, hours, plan)
    by, at = people["hetong"], local(moments.days_ago(2), 10)
    new = renewing.copy_forward(agreement, number=f"GXXY-{moments.today.year}-014", by=by, at=at)
    kept = [check.name for check in new.renewal_checks.all()[:4] if check.name != "ends_on"]
    renewing.tick(new, dict.fromkeys(kept, "kept"), by=by, at=at)


def _terminated(people: People, hours: SupportHours, moments: Moments) -> None:
    """Ended by agreement 20 days ago; Party A has done half of its tasks."""
    start = corresponding_day(moments.today, months=-18).replace(day=1)
    plan = Plan(body=body_named("石桥镇便民服务中心", "姚静"), number=f"GXXY-{start.year}-015", start=start)
    agreement = in_force(people, hours, plan)
    by, asked = people["hetong"], local(moments.days_ago(30), 10)
    case = terminating.Case(
        ground="agreed", side="both", reason="机构撤并，业务并入区行政审批局。", until=moments.days_ago(20)
    )
    scan = sample_pdf("解除协议", f"协议编号：{agreement.number}", "双方同意解除。")
    made = terminating.propose(agreement, case, file=scan, by=by, at=asked)
    approvals.approve(_request_of(made.pk), by=people["caiwuzhang"], at=asked)
    terminating.take_effect(made, by=by, at=local(moments.days_ago(19), 9))
    for kind, note in (("accounts", "停用账号 12 个。"), ("credentials", "收回接口凭证 3 个。")):
        task = ExitTask.objects.get(agreement=agreement, kind=kind)
        exits.done(task, note=note, by=people["yunweizhang"], at=local(moments.days_ago(15), 10))


def _half_signed(people: People, hours: SupportHours, moments: Moments) -> None:
    """For signing: Party A has signed and sealed, Party B has not yet."""
    start = moments.today + 20 * DAY
    plan = Plan(body=body_named("清河市自然资源局", "彭涛"), number=f"GXXY-{start.year}-016", start=start)
    sign(people, _draft(people, hours, plan), moments.days_ago(2), sides="a")
