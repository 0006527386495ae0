"""Parties: as they are until signing, as they were from then on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from billing import overdue
from billing.interest import Basis
from contracts import board, lifecycle, parties, registering
from contracts.board import Standing
from contracts.models import Agreement, AgreementParty, Organisation
from contracts.parties import Signing
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)
CODES = ("91350100M000100Y43", "91110000600037341L")


@pytest.fixture
def draft(db: None) -> Agreement:
    a = make.organisation("省政务信息中心", uscc=CODES[0], kind="sme", legal_representative="秦海东")
    b = make.organisation("市数据局", uscc=CODES[1], kind="government", address="行政中心", contact_email="b@x.cn")
    made = make.agreement(party_a=a, party_b=b, state="draft", effective_on=None, signed_on=None)
    made.versions.update(state="draft")
    return made


def fixed(draft: Agreement, by: User) -> Agreement:
    """The agreement gone to signing, with its parties."""
    parties.freeze(Agreement.objects.get(pk=draft.pk), by=by, at=AT)
    Agreement.objects.filter(pk=draft.pk).update(state="for_signing")
    return Agreement.objects.get(pk=draft.pk)


def test_before_signing_the_present_is_shown(draft: Agreement) -> None:
    Organisation.objects.filter(pk=draft.party_b_id).update(kind="large")
    draft.refresh_from_db()

    party = parties.party_of(draft, "b")

    assert (party.name, party.kind, party.frozen_at) == ("市数据局", "large", None)
    assert (party.notice_address, party.notice_email) == ("行政中心", "b@x.cn")
    assert parties.kind_at_signing(draft, "b") == "large"
    assert not AgreementParty.objects.exists()


def test_going_to_signing_fixes_both_parties(draft: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(draft, by=contract_manager, at=AT)

    registering.rename(draft.party_b, name="市数字局", on=date(2026, 9, 19), by=contract_manager, at=LATER)
    Organisation.objects.filter(pk=draft.party_b_id).update(kind="large")
    draft = Agreement.objects.get(pk=draft.pk)

    party = parties.party_of(draft, "b")
    assert (party.name, party.uscc, party.kind) == ("市数据局", CODES[1], "government")
    assert (party.frozen_at, party.frozen_by) == (AT, contract_manager)
    assert parties.kind_at_signing(draft, "b") == "government"
    assert [row.side for row in AgreementParty.objects.frozen().order_by("side")] == ["a", "b"]


def test_what_was_described_is_fixed_with_it(
    draft: Agreement, contract_manager: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    paper = SimpleUploadedFile("授权.pdf", b"%PDF-1.4\n")
    signing = Signing(signer="何立", capacity="副主任", notice_system="政务协同平台")
    parties.describe(draft, "a", signing, file=paper, by=contract_manager, at=AT)
    parties.describe(draft, "a", signing, by=contract_manager, at=AT)  # again, without sending the paper anew

    lifecycle.open_for_signing(draft, by=contract_manager, at=LATER)

    party = parties.party_of(draft, "a")
    assert (party.signer, party.capacity, party.notice_system) == ("何立", "副主任", "政务协同平台")
    assert party.authorisation is not None and party.authorisation.kind == "authorisation"
    assert AgreementParty.objects.filter(side="a").count() == 1


def test_what_was_described_for_another_organisation_does_not_count(draft: Agreement, contract_manager: User) -> None:
    parties.describe(draft, "b", Signing(signer="何立"), by=contract_manager, at=AT)
    draft.party_b = make.organisation("另一局")
    draft.save()

    assert parties.party_of(draft, "b").signer == ""
    party = parties.party_of(fixed(draft, contract_manager), "b")
    assert (party.name, party.signer) == ("另一局", "")


def test_freezing_again_changes_nothing_unless_the_data_did(draft: Agreement, contract_manager: User) -> None:
    first = parties.freeze(draft, by=contract_manager, at=AT)
    same = parties.freeze(draft, by=contract_manager, at=LATER)
    draft.party_b.address = "新址"
    draft.party_b.save()

    new = parties.freeze(draft, by=contract_manager, at=LATER)

    assert [row.pk for row in same] == [row.pk for row in first]
    assert (new[0].pk == first[0].pk, new[1].pk == first[1].pk) == (True, False)
    first[1].refresh_from_db()
    assert first[1].superseded_at == LATER
    assert AgreementParty.objects.frozen().get(side="b").address == "新址"


def test_an_agreement_back_from_signing_shows_the_present_again(draft: Agreement, contract_manager: User) -> None:
    parties.describe(draft, "b", Signing(signer="何立"), by=contract_manager, at=AT)
    draft = fixed(draft, contract_manager)
    Agreement.objects.filter(pk=draft.pk).update(state="draft")
    Organisation.objects.filter(pk=draft.party_b_id).update(kind="large")
    draft = Agreement.objects.get(pk=draft.pk)

    party = parties.party_of(draft, "b")
    parties.describe(draft, "b", Signing(signer="何立", capacity="局长"), by=contract_manager, at=LATER)
    again = parties.party_of(fixed(draft, contract_manager), "b")

    assert (party.kind, party.signer, party.frozen_at) == ("large", "何立", None)
    assert (again.kind, again.capacity) == ("large", "局长")
    assert AgreementParty.objects.filter(side="b").count() == 2


def test_after_signing_nothing_is_described(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="签署主体不能再改"):
        parties.describe(agreement, "a", Signing(signer="何立"), by=contract_manager, at=AT)


@pytest.mark.parametrize("change", [{"kind": "large"}, {"name": "别名"}, {"frozen_at": None}, {"signer": "别人"}])
def test_a_fixed_party_is_frozen(draft: Agreement, contract_manager: User, change: dict[str, Any]) -> None:
    (party, _other) = parties.freeze(draft, by=contract_manager, at=AT)

    with pytest.raises(DatabaseError), transaction.atomic():
        AgreementParty.objects.filter(pk=party.pk).update(**change)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"side": "c"}, "party_side_known"),
        ({"frozen_at": AT}, "party_frozen_whole"),
        ({"name": "未固定的名称"}, "party_frozen_whole"),
    ],
)
def test_the_database_refuses(draft: Agreement, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AgreementParty.objects.create(**{"agreement": draft, "organisation": draft.party_a, "side": "a", **fields})


def test_one_row_a_side_counts(draft: Agreement) -> None:
    AgreementParty.objects.create(agreement=draft, organisation=draft.party_a, side="a")

    with pytest.raises(IntegrityError, match=r"party_one_a_side|UNIQUE"), transaction.atomic():
        AgreementParty.objects.create(agreement=draft, organisation=draft.party_a, side="a")


# The clause board


def read(agreement: Agreement, topic: str) -> board.Reading:
    return board.read(Agreement.objects.get(pk=agreement.pk), topic, at=LATER)


def test_the_board_is_green_with_both_parties_proven(draft: Agreement, contract_manager: User) -> None:
    assert read(draft, "parties").standing == read(draft, "sides").standing == Standing.UNPROVEN

    draft = fixed(draft, contract_manager)

    named, sided = read(draft, "parties"), read(draft, "sides")
    assert (named.standing, named.count, str(named.note)) == (Standing.KEPT, 2, "已固定：省政务信息中心、市数据局")
    assert (sided.standing, str(sided.note)) == (Standing.KEPT, "甲方 中小企业，乙方 行政机关")
    assert named.links[0].url.endswith(f"agreement__id__exact={draft.pk}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"uscc": ""}, "乙方：没有统一社会信用代码", id="no code"),
        pytest.param({"uscc": "91350211M0000XUF46"}, "乙方：统一社会信用代码核对不符", id="doubtful code"),
    ],
)
def test_the_board_says_what_is_missing(
    draft: Agreement, contract_manager: User, change: dict[str, str], words: str
) -> None:
    Organisation.objects.filter(pk=draft.party_b_id).update(**change)

    reading = read(fixed(draft, contract_manager), "parties")

    assert reading.standing == Standing.UNPROVEN
    assert words in str(reading.note)


def test_a_confirmed_code_proves(draft: Agreement, contract_manager: User) -> None:
    fields = {"uscc": "91350211M0000XUF46", "uscc_reason": "证照如此", "uscc_confirmed_at": AT}
    Organisation.objects.filter(pk=draft.party_b_id).update(**fields, uscc_confirmed_by=contract_manager)

    assert read(fixed(draft, contract_manager), "parties").standing == Standing.KEPT


def test_a_signer_who_needs_an_authorisation_shows(draft: Agreement, contract_manager: User) -> None:
    parties.describe(draft, "a", Signing(signer="何立"), by=contract_manager, at=AT)

    assert "没有授权委托书" in str(read(fixed(draft, contract_manager), "parties").note)


# Interest


@pytest.mark.parametrize(
    ("kinds", "basis"),
    [
        pytest.param(("sme", "government"), Basis.SME, id="small firm paid by government"),
        pytest.param(("sme", "large"), Basis.SME, id="small firm paid by a large one"),
        pytest.param(("sme", "sme"), Basis.DAILY, id="two small firms"),
        pytest.param(("public_institution", "government"), Basis.DAILY, id="no small firm"),
    ],
)
def test_without_an_agreed_rate_size_at_signing_decides(
    draft: Agreement, contract_manager: User, kinds: tuple[str, str], basis: Basis
) -> None:
    for body, kind in zip((draft.party_a, draft.party_b), kinds, strict=True):
        body.kind = kind
        body.save()
    version = fixed(draft, contract_manager).versions.get()
    Organisation.objects.update(kind="public_institution")  # later changes of size count for nothing
    version.interest_basis, version.interest_rate = "none", None

    terms = overdue.terms_of(version)

    assert terms.basis == basis
    assert (terms == overdue.NO_INTEREST) is (basis == Basis.DAILY)


# Pages


def test_the_agreement_page_shows_and_describes_the_parties(
    client: Client, draft: Agreement, contract_manager: User
) -> None:
    client.force_login(contract_manager)
    verb = reverse("admin:contracts_agreement_verb", args=[draft.pk, "party-a"])

    client.post(verb, {"signer": "何立", "capacity": "副主任", KEY_FIELD: new_key()})
    page = client.get(reverse("admin:contracts_agreement_change", args=[draft.pk])).content.decode()

    assert "何立 副主任" in page
    assert "尚未固定" in page
    assert "没有授权委托书" in page


def test_party_b_reads_as_whom_it_signed(client: Client, draft: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(draft, by=contract_manager, at=AT)
    person = make.user("party_b")
    make.member(person, draft.party_b)
    client.force_login(person)

    page = client.get(reverse("contracts:agreement", args=[draft.pk])).content.decode()

    assert CODES[1] in page
    assert "2026-09-18 10:00 提交签署时" in page
