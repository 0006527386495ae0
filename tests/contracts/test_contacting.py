"""Contacts: reachable, one a matter, whole telephone numbers only in the files of contract managers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contracts import contacting
from contracts.contacting import Details
from contracts.models import Agreement, Contact
from journal.models import Event
from people.models import User
from people.refusal import Refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
GAO = Details(name="高远", role="technical", phone="13979212345")


def test_a_contact_is_added_changed_and_ended(agreement: Agreement, contract_manager: User) -> None:
    made = contacting.add(agreement.party_b, GAO, by=contract_manager, at=AT)

    changed = Details(name="高远", role="emergency", email="gao@example.cn")
    contacting.change(made, changed, valid=False, by=contract_manager, at=AT)

    made.refresh_from_db()
    assert (made.role, made.phone, made.email, made.valid) == ("emergency", "", "gao@example.cn", False)
    actions = Event.objects.filter(organisation_id=agreement.party_b_id).values_list("action", flat=True)
    assert sorted(actions) == ["contact.added", "contact.changed"]


@pytest.mark.parametrize(
    ("details", "words"),
    [
        pytest.param(Details(name=" ", role="legal", phone="1"), "请填写联系人姓名", id="nobody"),
        pytest.param(Details(name="高远", role="legal"), "电话和邮箱至少填写一项", id="unreachable"),
        pytest.param(GAO, "已登记为本单位这一事项的联系人", id="twice"),
    ],
)
def test_a_contact_that_helps_nobody_is_refused(
    agreement: Agreement, contract_manager: User, details: Details, words: str
) -> None:
    contacting.add(agreement.party_b, GAO, by=contract_manager, at=AT)

    with pytest.raises(Refused, match=words):
        contacting.add(agreement.party_b, details, by=contract_manager, at=AT)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "constraint"), [({"role": "friend", "phone": "1"}, "contact_role_known"), ({}, "contact_reachable")]
)
def test_the_database_refuses(agreement: Agreement, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Contact.objects.create(organisation=agreement.party_b, name="甲", **{"role": "legal", **fields})


@pytest.mark.parametrize(("person", "shown"), [("contract_manager", "13979212345"), ("auditor", "139****2345")])
def test_exports_mask_telephone_numbers(
    client: Client,
    agreement: Agreement,
    contract_manager: User,
    request: pytest.FixtureRequest,
    person: str,
    shown: str,
) -> None:
    contacting.add(agreement.party_b, GAO, by=contract_manager, at=AT)
    client.force_login(request.getfixturevalue(person))

    answer: Any = client.get(reverse("admin:contracts_contact_export", args=["csv"]))
    listed = client.get(reverse("admin:contracts_contact_changelist")).content.decode()

    assert shown in b"".join(answer.streaming_content).decode()
    assert "13979212345" in listed


def test_the_page_adds_and_changes(client: Client, agreement: Agreement, contract_manager: User) -> None:
    client.force_login(contract_manager)
    said = {"organisation": agreement.party_b_id, "role": "technical", "name": "高远", "phone": "1", "valid": "on"}

    client.post(reverse("admin:contracts_contact_add"), said)
    made = Contact.objects.get()
    client.post(reverse("admin:contracts_contact_change", args=[made.pk]), {**said, "name": "高原", "valid": ""})

    made.refresh_from_db()
    assert (made.name, made.valid) == ("高原", False)
    assert Event.objects.filter(action__startswith="contact.").count() == 2


@pytest.mark.parametrize(("phone", "masked"), [("13979212345", "139****2345"), ("110", "***"), ("", "")])
def test_masks(phone: str, masked: str) -> None:
    assert Contact(phone=phone).masked_phone == masked
