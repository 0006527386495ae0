"""The pages on shared information: the console's lists and buttons, and what Party B sees and may do."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts import updates
from contracts.models import Agreement, AgreementItem, UpdateBatch, UpdateEvent
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests.answers import seen
from tests.contracts.make_sharing import NOW, USE, consented, item, pdf, shared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(time_machine: Any, settings: Any, tmp_path: Path) -> None:
    time_machine.move_to(NOW, tick=False)
    settings.MEDIA_ROOT = tmp_path


def html(answer: Any) -> str:
    return str(answer.content.decode())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def do(client: Client, model: str, pk: int | str, verb: str, **said: Any) -> Any:
    place = f"{pk}/do/{verb}" if pk else f"do/{verb}"
    return client.post(f"/admin/contracts/{model}/{place}/", {KEY_FIELD: new_key(), **said}, follow=True)


# --- The console -----------------------------------------------------------------------------------------------


def test_an_item_goes_from_the_catalogue_to_open_by_buttons(agreement: Agreement, ops_lead: User) -> None:
    client = signed_in(ops_lead)
    made = item(agreement, by=ops_lead, published=False, number="ML-1")
    assert "已发布" in html(do(client, "catalogueitem", made.pk, "publish"))
    said = {"agreement": agreement.pk, "item": made.pk, "expected_on": "2026-10-01"}
    assert "已列入协议" in html(do(client, "agreementitem", "", "plan", **said))
    row = AgreementItem.objects.get()

    do(client, "agreementitem", row.pk, "use", purpose="核验", manner="查询", scope="窗口")
    do(client, "agreementitem", row.pk, "confirm")
    page = html(do(client, "agreementitem", row.pk, "open"))

    row.refresh_from_db()
    assert (row.state, row.purpose, str(row.expected_on)) == ("open", "核验", "2026-10-01")
    assert "已开通" in page


def test_the_button_says_why_the_fourth_category_stays_shut(agreement: Agreement, ops_lead: User) -> None:
    client = signed_in(ops_lead)
    row = shared(agreement, by=ops_lead, category=4)

    asked = html(client.get(f"/admin/contracts/agreementitem/{row.pk}/do/open/"))
    refused = html(do(client, "agreementitem", row.pk, "open"))

    for page in (asked, refused):
        assert "第四类信息须经双方书面同意才能开通，还缺：甲方、乙方的同意记录" in page
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_the_form_of_consent_asks_for_the_missing_side(agreement: Agreement, ops_lead: User) -> None:
    client = signed_in(ops_lead)
    row = consented(shared(agreement, by=ops_lead, category=4), "a", by=ops_lead)

    page = html(client.get(f"/admin/contracts/agreementitem/{row.pk}/do/consent/"))
    said = {"side": "b", "given_by": "刘洋", "given_on": "2026-09-18", "file": pdf()}
    do(client, "agreementitem", row.pk, "consent", **said)

    assert 'value="b"' in page
    assert 'value="a"' not in page
    row.refresh_from_db()
    assert row.consent_b_id is not None


def test_a_file_is_uploaded_looked_at_and_taken_in(agreement: Agreement, ops_lead: User, operator: User) -> None:
    item(agreement, by=ops_lead, number="ML-1")
    client = signed_in(operator)
    content = "目录编号,更新时间,来源记录号\nML-1,2026-09-18 08:00,A1\n<b>,2026-09-18 08:00,A2\n"
    upload = {"source": "交换平台", "file": SimpleUploadedFile("九月.csv", content.encode("gb18030"))}
    assert "&lt;b&gt;：目录中没有这个编号" in html(do(client, "updatebatch", "", "upload", **upload))

    upload["file"] = SimpleUploadedFile("九月.csv", content.replace("<b>", "ML-1").encode("gb18030"))
    page = html(do(client, "updatebatch", "", "upload", **upload))
    batch = UpdateBatch.objects.get()

    assert "其中新增 2 条" in page
    assert not UpdateEvent.objects.exists()
    assert "新增 2 条，已有 0 条" in html(do(client, "updatebatch", batch.pk, "take"))
    assert UpdateEvent.objects.count() == 2


@pytest.mark.once
@pytest.mark.parametrize("model", ["catalogueitem", "agreementitem", "updateevent", "updatebatch", "itemconsent"])
def test_a_list_costs_the_same_for_many_rows(
    agreement: Agreement, ops_lead: User, model: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(ops_lead)
    _fill(agreement, ops_lead, 1)
    client.get(f"/admin/contracts/{model}/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/admin/contracts/{model}/")
    _fill(agreement, ops_lead, 50)

    with django_assert_max_num_queries(len(one)):
        page = html(client.get(f"/admin/contracts/{model}/"))

    assert page.count('class="action-checkbox"') == 0
    assert page.count(f"/admin/contracts/{model}/") > 50


def _fill(agreement: Agreement, by: User, rows: int) -> None:
    for _ in range(rows):
        row = consented(shared(agreement, by=by, category=4, frequency_unit="week", every=1), "a", by=by)
        updates.record_one(row.item, updated_at=NOW, by=by, at=NOW)
        told = [updates.Told(number=row.item.number, updated_at=NOW, external_id=row.item.number)]
        updates.keep_batch(told, source="交换平台", name="九月.csv", sha256="0" * 64, by=by, at=NOW)


def test_the_list_finds_what_is_overdue(agreement: Agreement, ops_lead: User, time_machine: Any) -> None:
    shared(agreement, by=ops_lead, title="每日更新的", frequency_unit="day", every=1)
    shared(agreement, by=ops_lead, title="每年更新的", frequency_unit="year", every=1)
    time_machine.move_to(NOW.replace(month=10, day=30), tick=False)
    client = signed_in(ops_lead)

    page = html(client.get("/admin/contracts/catalogueitem/?fresh=overdue"))

    assert "每日更新的" in page
    assert "每年更新的" not in page
    assert "逾期 " in page


def test_the_agreement_page_shows_what_it_shares(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    shared(agreement, by=ops_lead, state="open", title="企业登记基本信息")

    console = html(signed_in(ops_lead).get(f"/admin/contracts/agreement/{agreement.pk}/change/"))
    portal = html(signed_in(party_b).get(reverse("contracts:agreement", args=[agreement.pk])))

    assert 'id="panel-sharing"' in console
    assert 'id="section-sharing"' in portal
    assert all("企业登记基本信息" in page and "没有可衡量的约定" in page for page in (console, portal))


# --- The portal ------------------------------------------------------------------------------------------------


def test_party_b_sees_its_own_items_only(
    agreement: Agreement, other_agreement: Agreement, ops_lead: User, party_b: User
) -> None:
    own = shared(agreement, by=ops_lead, state="open", title="企业登记基本信息", use=USE)
    foreign = shared(other_agreement, by=ops_lead, state="open", title="外单位的信息")
    client = signed_in(party_b)

    page = html(client.get(reverse("contracts:sharing")))
    shown = html(client.get(reverse("contracts:shared-item", args=[own.pk])))
    theirs = client.get(reverse("contracts:shared-item", args=[foreign.pk]))
    missing = client.get(reverse("contracts:shared-item", args=[99999]))

    assert "企业登记基本信息" in page
    assert "外单位的信息" not in page
    assert "核验申请人信息" in shown
    assert theirs.status_code == missing.status_code == 404
    assert seen(theirs, asked=foreign.pk) == seen(missing, asked=99999)


def test_a_search_and_a_state_narrow_the_list(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    shared(agreement, by=ops_lead, state="open", title="企业登记基本信息")
    shared(agreement, by=ops_lead, title="婚姻登记信息")
    client = signed_in(party_b)

    found = html(client.get(reverse("contracts:sharing"), {"q": "婚姻"}))
    opened = html(client.get(reverse("contracts:sharing"), {"state": "open"}))
    nothing = html(client.get(reverse("contracts:sharing"), {"q": "没有这一项"}))

    assert "婚姻登记信息" in found and "企业登记基本信息" not in found
    assert "企业登记基本信息" in opened and "婚姻登记信息" not in opened
    assert "没有找到符合条件的共享信息" in nothing


@pytest.mark.once
@pytest.mark.parametrize("rows", [1, 50])
def test_the_portal_list_costs_the_same_for_many(
    agreement: Agreement, ops_lead: User, party_b: User, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        shared(agreement, by=ops_lead)
    client = signed_in(party_b)

    with django_assert_max_num_queries(7):
        client.get(reverse("contracts:sharing"))


def test_party_b_consents_in_the_portal_once(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    row = shared(agreement, by=ops_lead, category=4)
    client = signed_in(party_b)
    page = html(client.get(reverse("contracts:shared-item", args=[row.pk])))
    said = {"given_by": "刘洋", "given_on": "2026-09-18", KEY_FIELD: new_key()}
    place = reverse("contracts:sharing-act", args=[row.pk, "consent"])

    for _again in range(2):
        answer = client.post(place, {**said, "file": pdf()}, follow=True)

    row.refresh_from_db()
    assert "第四类信息须经双方书面同意" in page
    assert "已提交同意书" in html(answer)
    assert (row.consents.get().side, row.consent_a_id) == ("b", None)
    assert client.get(place).status_code == 302


def test_a_consent_without_its_paper_is_shown_back(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    row = shared(agreement, by=ops_lead, category=4)

    page = html(
        signed_in(party_b).post(
            reverse("contracts:sharing-act", args=[row.pk, "consent"]), {"given_by": "刘洋", KEY_FIELD: new_key()}
        )
    )

    assert "有内容需要更正" in page
    assert 'value="刘洋"' in page
    assert not row.consents.exists()


@pytest.mark.parametrize("verb", ["consent", "open", "nothing"])
def test_nobody_acts_on_the_items_of_others(
    other_agreement: Agreement, ops_lead: User, party_b: User, verb: str
) -> None:
    row = shared(other_agreement, by=ops_lead, category=4)
    said = {"given_by": "刘洋", "given_on": "2026-09-18", "file": pdf(), KEY_FIELD: new_key()}

    answer = signed_in(party_b).post(reverse("contracts:sharing-act", args=[row.pk, verb]), said)

    row.refresh_from_db()
    assert answer.status_code == 404
    assert (row.state, row.consents.count()) == ("confirmed", 0)


def test_what_people_write_is_not_run(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    row = shared(agreement, by=ops_lead, title="<script>alert(1)</script>", description="<img src=x>")

    page = html(signed_in(party_b).get(reverse("contracts:shared-item", args=[row.pk])))

    assert "<script>alert" not in page
    assert "&lt;img src=x&gt;" in page
