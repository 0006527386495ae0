"""What is agreed on services goes over to a supplement and is compared; what is signed is frozen."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from contracts.carrying import carried_changes, carry
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.refusal import Refused
from sla import uptime_keeping
from sla.models import FixTerm, ServiceTerm
from tests import make
from tests.sla.make_sla import NINE
from tests.sla.make_uptime import service, term

pytestmark = pytest.mark.django_db


def supplement(agreement: Agreement) -> AgreementVersion:
    """A draft from October on."""
    return make.version(agreement, number=2, kind="supplement", state="draft", effective_from=date(2026, 10, 1))


def test_terms_go_over_to_a_supplement_and_read_the_same(agreement: Agreement, contract_manager: User) -> None:
    old = agreement.versions.get()
    term(agreement, service(agreement))
    with make.thawed(old):
        FixTerm.objects.create(version=old, level="high", number=5, unit="working")
    new = supplement(agreement)

    carry(old, new, by=contract_manager, at=NINE)

    assert (new.service_terms.get().target, new.fix_terms.get().number) == (Decimal("99.900"), 5)
    assert carried_changes(old, new) == []


def test_what_a_supplement_changes_is_said_in_words(agreement: Agreement, contract_manager: User) -> None:
    old, about = agreement.versions.get(), service(agreement)
    term(agreement, about)
    new = supplement(agreement)
    carry(old, new, by=contract_manager, at=NINE)
    row = new.service_terms.get()
    row.target, row.most_hours = Decimal("99.95"), 8
    uptime_keeping.keep_term(row, by=contract_manager, at=NINE)
    FixTerm.objects.create(version=new, level="low", number=30, unit="days")

    said = {change.what: (change.old, change.new) for change in carried_changes(old, new)}

    assert said["可用率和维护：人口信息查询接口"][1].startswith("按自然时间（7×24）统计，可用率不低于 99.95%")
    assert said["漏洞修复：低危"] == ("没有约定", "30 自然日")


def test_a_service_that_has_ended_is_not_carried(agreement: Agreement, contract_manager: User) -> None:
    old, about = agreement.versions.get(), service(agreement, ended_on=date(2026, 9, 1))
    term(agreement, about)
    new = supplement(agreement)

    carry(old, new, by=contract_manager, at=NINE)

    assert not new.service_terms.exists()


def test_what_is_signed_takes_no_terms(agreement: Agreement, contract_manager: User) -> None:
    row = ServiceTerm(version=agreement.versions.get(), service=service(agreement))

    with pytest.raises(Refused, match="请办理补充协议"):
        uptime_keeping.keep_term(row, by=contract_manager, at=NINE)
    with pytest.raises(DatabaseError, match="takes no rows"), transaction.atomic():
        row.save()
    with pytest.raises(ValidationError, match="请办理补充协议"):
        row.full_clean()


@pytest.mark.parametrize(
    "changes, name",
    [
        pytest.param({"target": Decimal(0)}, "serviceterm_target", id="no target of nothing"),
        pytest.param({"target": Decimal("100.001")}, "serviceterm_target", id="more than all"),
        pytest.param({"hours": ""}, "serviceterm_target_of_hours", id="a target in no time"),
        pytest.param({"notice_counted": ""}, "serviceterm_notice_whole", id="hours of no kind"),
        pytest.param(
            {"notice_hours": None, "notice_counted": "", "most_hours": 4}, "serviceterm_notice_first",
            id="a limit without a notice",
        ),
        pytest.param(
            {"notice_hours": None, "notice_counted": "", "holds_solution": True}, "serviceterm_notice_first",
            id="held clocks without a notice",
        ),
    ],
)  # fmt: skip
def test_terms_that_contradict_themselves_cannot_be_kept(
    agreement: Agreement, changes: dict[str, object], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        term(agreement, service(agreement), **changes)
