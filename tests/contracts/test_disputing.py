"""Disputes: forward only, one body only, and the limitation of the case they are about."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import disputing
from contracts.models import Agreement, Dispute, DisputeStep
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts import making_cases as making
from tests.contracts.making_cases import DAY, NOW, TODAY

pytestmark = pytest.mark.django_db
WAYS = {
    "negotiation": (),
    "mediation": ("mediation",),
    "arbitration": ("arbitration",),
    "litigation": ("mediation", "litigation"),
}


def raised(agreement: Agreement, by: User, **changes: Any) -> Dispute:
    fields: dict[str, Any] = {
        "raised_by": "b",
        "title": "用量争议",
        "matter": "夜间重复调用。",
        "raised_on": TODAY - 5 * DAY,
        **changes,
    }
    return disputing.raise_dispute(agreement, disputing.Matter(**fields), by=by, at=NOW)


def step(**changes: Any) -> disputing.Step:
    fields: dict[str, Any] = {"on": TODAY, "text": "办理", "institution": "市仲裁委", **changes}
    return disputing.Step(**fields)


def at_stage(stage: str, agreement: Agreement, by: User, **changes: Any) -> Dispute:
    made = raised(agreement, by, **changes)
    for one in WAYS[stage]:
        made = disputing.advance(made, one, step(), by=by, at=NOW)
    return made


@pytest.mark.parametrize(
    "stage, to, words",
    [
        pytest.param("negotiation", "negotiation", "", id="another round of talks"),
        pytest.param("negotiation", "litigation", "", id="straight to court"),
        pytest.param("mediation", "arbitration", "", id="mediation to arbitration"),
        pytest.param("mediation", "negotiation", "退回", id="back to talks"),
        pytest.param("arbitration", "litigation", "只能选择其一", id="arbitration, then a court"),
        pytest.param("litigation", "arbitration", "只能选择其一", id="a court, then arbitration"),
        pytest.param("negotiation", "closed", "请选择协商", id="closing is another verb"),
    ],
)
def test_a_dispute_goes_forward_and_to_one_body(
    agreement: Agreement, contract_manager: User, stage: str, to: str, words: str
) -> None:
    made = at_stage(stage, agreement, contract_manager)
    if not words:
        assert disputing.advance(made, to, step(), by=contract_manager, at=NOW).stage == to
    else:
        with pytest.raises(Refused, match=words):
            disputing.advance(made, to, step(), by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"institution": " "}, "请写明法院或仲裁机构", id="no name"),
        pytest.param({"on": TODAY + DAY}, "不能晚于今天", id="in the future"),
        pytest.param({"on": TODAY - 6 * DAY}, "不能早于上一步", id="before the last step"),
        pytest.param({"text": ""}, "请写明情况", id="nothing said"),
    ],
)
def test_a_step_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    made = raised(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        disputing.advance(made, "litigation", step(**changes), by=contract_manager, at=NOW)

    assert DisputeStep.objects.count() == 1


@pytest.mark.parametrize(
    "stage, result, allowed",
    [
        pytest.param("negotiation", "settled", True, id="settled by talks"),
        pytest.param("arbitration", "award", True, id="award"),
        pytest.param("litigation", "judgment", True, id="judgment"),
        pytest.param("mediation", "award", False, id="an award without arbitration"),
        pytest.param("arbitration", "judgment", False, id="a judgment without a court"),
        pytest.param("negotiation", "won", False, id="no such result"),
    ],
)
def test_the_result_fits_the_stage(
    agreement: Agreement, contract_manager: User, stage: str, result: str, allowed: bool
) -> None:
    made = at_stage(stage, agreement, contract_manager)
    if not allowed:
        with pytest.raises(Refused, match="结果"):
            disputing.close(made, result=result, step=step(), by=contract_manager, at=NOW)
        return
    made = disputing.close(made, result=result, step=step(), by=contract_manager, at=NOW)
    assert (made.stage, made.closed_on) == ("closed", TODAY)
    with pytest.raises(Refused, match="已经结案"):
        disputing.advance(made, "litigation", step(), by=contract_manager, at=NOW)


def test_proceedings_stop_the_limitation_and_their_end_begins_it_anew(
    agreement: Agreement, contract_manager: User
) -> None:
    case = making.told(agreement, contract_manager)
    made = at_stage("arbitration", agreement, contract_manager, case=case)
    case.refresh_from_db()
    assert case.limitation_on is None

    disputing.close(made, result="award", step=step(), by=contract_manager, at=NOW)

    case.refresh_from_db()
    assert case.limitation_on == TODAY.replace(year=2029)


def test_talks_do_not_touch_the_limitation(agreement: Agreement, contract_manager: User) -> None:
    case = making.told(agreement, contract_manager)
    before = case.limitation_on
    made = at_stage("mediation", agreement, contract_manager, case=case)

    disputing.close(made, result="settled", step=step(), by=contract_manager, at=NOW)

    case.refresh_from_db()
    assert case.limitation_on == before


@pytest.mark.parametrize("state", ["in_force", "expired", "terminated", "closed"])
def test_a_dispute_outlives_the_agreement(agreement: Agreement, contract_manager: User, state: str) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(state=state)
    agreement.refresh_from_db()

    assert raised(agreement, contract_manager).stage == "negotiation"


def test_a_draft_has_nothing_to_dispute(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="草稿协议"):
        raised(make.agreement(party_b=agreement.party_b, state="draft"), contract_manager)


def test_a_case_of_another_agreement_is_refused(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User
) -> None:
    with pytest.raises(Refused, match="另一份协议"):
        raised(agreement, contract_manager, case=making.told(other_agreement, contract_manager))


@pytest.mark.parametrize(
    "court, arbitration, both",
    [
        pytest.param("区法院", "市仲裁委", True, id="both"),
        pytest.param("区法院", "", False, id="a court"),
        pytest.param("", "", False, id="neither"),
    ],
)
def test_naming_both_bodies_is_seen(
    agreement: Agreement, contract_manager: User, court: str, arbitration: str, both: bool
) -> None:
    assert raised(agreement, contract_manager, court=court, arbitration=arbitration).names_both is both


def test_internal_steps_and_their_papers_stay_internal(
    agreement: Agreement, contract_manager: User, party_b: User, party_b_other: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = raised(agreement, contract_manager)
    file = SimpleUploadedFile("测算.pdf", b"%PDF-1.4\n")
    disputing.advance(made, "negotiation", step(file=file, internal=True), by=contract_manager, at=NOW)

    hidden = made.steps.get(internal=True)
    assert hidden.paper is not None and not hidden.paper.for_party_b
    assert hidden not in made.steps.for_party_b()
    assert list(Dispute.objects.for_user(party_b)) == [made]
    assert not Dispute.objects.for_user(party_b_other).exists()
