"""Notices between the parties: written, sent, arrived; each only in that order."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import serving
from contracts.models import Agreement, ServedNotice
from contracts.serving import Writing
from journal.models import Event
from people.models import User
from people.refusal import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)


def written(agreement: Agreement, by: User, **changes: Any) -> ServedNotice:
    fields = {"kind": "onboarding", "sender": "a", "subject": "接入通知", "text": "请完成对接。", **changes}
    return serving.write(agreement, Writing(**fields), by=by, at=NOW)


def sent(agreement: Agreement, by: User) -> ServedNotice:
    return serving.send(written(agreement, by), channel="post", sent_at=NOW, by=by, at=NOW + HOUR)


def test_a_notice_counts_from_its_arrival(agreement: Agreement, contract_manager: User) -> None:
    notice = sent(agreement, contract_manager)

    notice = serving.receive(notice, received_at=NOW + HOUR, received_by="刘洋", by=contract_manager, at=NOW + 2 * HOUR)

    assert (notice.state, notice.received_at) == ("received", NOW + HOUR)
    actions = list(Event.objects.filter(action__startswith="served_notice").values_list("action", flat=True))
    assert sorted(actions) == ["served_notice.received", "served_notice.sent", "served_notice.written"]
    assert list(ServedNotice.objects.arrived()) == [notice]


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"received_at": NOW - HOUR, "received_by": "刘洋"}, "不能早于发出时间", id="before the sending"),
        pytest.param({"received_at": NOW + 9 * HOUR, "received_by": "刘洋"}, "不能晚于现在", id="in the future"),
        pytest.param({"received_at": NOW + HOUR}, "请写明签收人", id="nobody took it"),
    ],
)
def test_an_arrival_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, said: dict[str, Any], words: str
) -> None:
    notice = sent(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        serving.receive(notice, **said, by=contract_manager, at=NOW + 2 * HOUR)

    notice.refresh_from_db()
    assert notice.state == "sent"


def test_each_step_happens_once(agreement: Agreement, contract_manager: User) -> None:
    notice = written(agreement, contract_manager)
    with pytest.raises(Refused, match="只有已发出"):
        serving.receive(notice, received_at=NOW, received_by="刘洋", by=contract_manager, at=NOW + HOUR)
    serving.send(notice, channel="post", sent_at=NOW, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="已经发出"):
        serving.send(notice, channel="post", sent_at=NOW, by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="发出时间不能晚于现在"):
        later = NOW + HOUR
        serving.send(written(agreement, contract_manager), channel="post", sent_at=later, by=contract_manager, at=NOW)


def test_a_notice_says_something(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="请写明通知的事由和内容"):
        written(agreement, contract_manager, text="  ")


def test_letter_and_proof_are_kept(agreement: Agreement, contract_manager: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    letter, proof = (SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n") for name in ("函件", "回执"))
    writing = Writing(kind="breach", sender="b", subject="违约通知", text="响应超时。")
    notice = serving.write(agreement, writing, file=letter, by=contract_manager, at=NOW)
    notice = serving.send(notice, channel="post", sent_at=NOW, by=contract_manager, at=NOW)

    notice = serving.receive(notice, received_at=NOW, proof=proof, by=contract_manager, at=NOW)

    assert notice.paper is not None and notice.paper.for_party_b
    assert notice.proof is not None and notice.proof.kind == "delivery_proof"
