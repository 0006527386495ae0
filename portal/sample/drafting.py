"""Sample draftings: one that was put aside half way, and one that became a draft agreement."""

from datetime import date, timedelta

from contracts import drafting
from contracts.models import Organisation, SupportHours, TemplateVersion
from portal.sample.moments import local
from portal.sample.people import People


def make_draftings(people: People, hours: SupportHours, *, today: date) -> None:
    """Both from the shorter template, with other numbers than the standard text."""
    template = TemplateVersion.objects.get(template__code="exchange", state=TemplateVersion.State.PUBLISHED)
    by = people["hetong"]
    body = Organisation.objects.create(name="南浦区卫生健康局", kind=Organisation.Kind.GOVERNMENT, contact_name="何平")
    at = local(today - timedelta(days=3), 10)
    begun = drafting.start(template, by=by, at=at)
    said = {"number": f"SJJH-{today.year}-002", "title": "卫生健康数据交换共享协议"}
    drafting.keep(
        begun, "parties", {**said, "party_a": str(people.party_a.pk), "party_b": str(people.bodies[0].pk)}, by=by, at=at
    )
    made = drafting.start(template, by=by, at=at)
    for step, answers in _answers(people, body, hours, today).items():
        drafting.keep(made, step, answers, by=by, at=at)
    drafting.finish(made, by=by, at=at)


def _answers(people: People, body: Organisation, hours: SupportHours, today: date) -> dict[str, dict[str, str]]:
    start = date(today.year + 1, 1, 1)
    return {
        "parties": {
            "number": f"SJJH-{today.year}-001",
            "title": "区级健康档案数据交换共享协议",
            "party_a": str(people.party_a.pk),
            "party_b": str(body.pk),
        },
        "term": {
            "starts_on": start.isoformat(),
            "term_years": "2",
            "ends_on": date(start.year + 1, 12, 31).isoformat(),
        },
        "service": {
            "support_hours": str(hours.pk),
            "support_hours_per_day": "7.5",
            "response_hours": "4",
            "solution_hours": "16",
        },
        "money": {"payment_working_days": "15"},
        "confidentiality": {"confidentiality_years": "3"},
        "parameters": {
            "chapter_9": "yes",
            "chapter_12": "yes",
            "exchange_mode": "接口调用",
            "fm_notice_days": "3",
            "fm_proof_days": "15",
            "fm_exit_days": "60",
            "copies": "4",
            "copies_each": "2",
        },
        "questions": {"signing_rule": "sign_and_seal", "end_rule": "written", "clock_hours": "support"},
    }
