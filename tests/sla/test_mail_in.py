"""E-mail in: what files a report, what replies, what is left alone, what waits for a person; each letter once."""

import imaplib
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from contracts.models import Agreement, Membership
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from sla import mail_in, mailboxes, merging, tickets
from sla.mail_in import take
from sla.models import Attachment, InMail, Ticket
from sla.tasks.mail import take_mail
from tests import make
from tests.sla.imap_server import Mailbox, imap
from tests.sla.make_mail import HOST, attached, letter, mixed, plain
from tests.sla.make_sla import PNG, clock, local, make_ticket

pytestmark = pytest.mark.django_db
SOON = local("2026-09-16 09:02")


@pytest.fixture(autouse=True)
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MAIL_IN_HOST = HOST
    settings.MAIL_IN = f"maildir://{tmp_path}/Maildir"
    (tmp_path / "Maildir" / "new").mkdir(parents=True)
    return tmp_path / "Maildir"


@pytest.fixture
def ticket(agreement: Agreement, party_b: User, operator: User) -> Ticket:
    return make_ticket(agreement, party_b, local("2026-09-16 08:40"))


# --- Reports and replies -------------------------------------------------------------------------


def test_a_letter_with_the_number_of_an_agreement_files_a_report(agreement: Agreement, party_b: User) -> None:
    mail = take(letter(f"{agreement.number} 查询接口超时"), at=SOON)

    ticket = Ticket.objects.get()
    assert (mail.state, mail.ticket, mail.person) == ("filed", ticket, party_b)
    assert (ticket.title, ticket.channel, ticket.reporter) == ("查询接口超时", "email", party_b)
    assert ticket.description == "今天 8:40 起查询接口返回 504。"
    assert ticket.received_at == local("2026-09-16 09:00:05"), "when our server took it, not when we looked"
    assert clock(ticket, "response").due_at == local("2026-09-16 11:00:05")
    assert Notice.objects.filter(kind="ticket.filed", recipient=party_b, channel="email").count() == 1


def test_without_a_line_of_our_server_nobody_is_believed(agreement: Agreement, party_b: User) -> None:
    mail = take(letter(agreement.number, stamped=None), at=SOON)

    assert (mail.state, mail.why, mail.received_at, mail.stamped) == ("waiting", "unproven", SOON, False)


def test_a_clock_of_the_mail_server_that_is_ahead_gives_no_time_to_come(agreement: Agreement, party_b: User) -> None:
    mail = take(letter(agreement.number, stamped="Wed, 16 Sep 2026 10:00:00 +0800"), at=SOON)

    assert mail.received_at == SOON


def test_a_letter_to_a_merged_report_reaches_the_survivor(
    ticket: Ticket, agreement: Agreement, party_b: User, operator: User
) -> None:
    twin = make_ticket(agreement, party_b, local("2026-09-16 08:45"))
    merging.merge(twin, into=ticket, text="同一次故障。", at=local("2026-09-16 08:50"), by=operator)

    mail = take(letter(f"Re: {twin.number} 人口库打不开"), at=SOON)

    assert mail.ticket == ticket
    assert ticket.entries.latest("pk").kind == "replied"


def test_a_letter_with_the_number_of_a_report_replies_and_the_clock_runs_on(ticket: Ticket, operator: User) -> None:
    tickets.respond(ticket, at=local("2026-09-16 08:45"), by=operator, text="处理中。")
    tickets.ask_party_b(ticket, at=local("2026-09-16 08:50"), by=operator, text="请提供流水号。")
    said = "流水号 20260916。\n\n在 2026年9月16日，守约写道：\n> 请提供流水号。"

    mail = take(letter(f"回复：请乙方补充：{ticket.number} 查询超时", said), at=SOON)

    ticket.refresh_from_db()
    solution = clock(ticket, "solution")
    assert (mail.state, ticket.state, solution.state) == ("replied", "responded", "running")
    assert solution.events.get(kind="resumed").at == local("2026-09-16 09:00:05")
    assert ticket.entries.get(kind="replied").text == "流水号 20260916。"


def test_files_come_along_and_those_that_may_not_are_named(agreement: Agreement, party_b: User) -> None:
    body = mixed(
        plain("见附件"), attached("截图.png", PNG), attached("病毒.exe", b"MZ\x90"), attached("假.png", b"not a png")
    )
    take(letter(agreement.number, body=body), at=SOON)

    assert [file.name for file in Attachment.objects.all()] == ["截图.png"]
    description = Ticket.objects.get().description
    assert "病毒.exe" in description
    assert "假.png" in description
    assert description.startswith("见附件\n\n未能接收的附件：")


def test_of_too_many_files_the_first_ones_are_taken(agreement: Agreement, party_b: User, settings: Settings) -> None:
    body = mixed(plain("x"), *[attached(f"{number}.png", PNG) for number in range(settings.UPLOAD_MAX_FILES + 2)])
    take(letter(agreement.number, body=body), at=SOON)

    assert Attachment.objects.count() == settings.UPLOAD_MAX_FILES
    assert "超出一次可收的数量" in Ticket.objects.get().description


def test_a_letter_without_words_still_reports(agreement: Agreement, party_b: User) -> None:
    take(letter(agreement.number, body=mixed(attached("截图.png", PNG))), at=SOON)

    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description) == ("邮件报告", "（邮件没有正文，见附件。）")


def test_a_very_long_letter_is_cut_and_says_so(agreement: Agreement, party_b: User) -> None:
    take(letter(f"{agreement.number} {'长' * 300}", "字" * 20_000), at=SOON)

    ticket = Ticket.objects.get()
    assert len(ticket.title) == 120
    assert ticket.description.endswith("（正文过长，此处截断，完整邮件由甲方留存。）")


# --- Once ----------------------------------------------------------------------------------------


def test_the_same_letter_again_changes_nothing(agreement: Agreement, party_b: User) -> None:
    first = take(letter(agreement.number), at=SOON)
    again = take(letter(agreement.number, stamped="Wed, 16 Sep 2026 09:05:00 +0800"), at=SOON + timedelta(minutes=5))

    assert again.pk == first.pk
    assert Ticket.objects.count() == InMail.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"text": "另一件事。"}, {"sender": "party_b_other@example.cn"}], ids=["other words", "other sender"]
)
def test_a_borrowed_message_id_waits_for_a_person(
    agreement: Agreement, party_b: User, party_b_other: User, changes: dict[str, str]
) -> None:
    take(letter(agreement.number), at=SOON)
    second = take(letter(agreement.number, **changes), at=SOON)  # type: ignore[arg-type]
    again = take(letter(agreement.number, **changes), at=SOON)  # type: ignore[arg-type]

    assert (second.state, second.why, second.pk) == ("waiting", "repeated", again.pk)
    assert Ticket.objects.count() == 1


def test_letters_without_a_message_id_are_told_apart_by_their_bytes(agreement: Agreement, party_b: User) -> None:
    for text in ("一", "一", "二"):
        take(letter(agreement.number, text, message_id=""), at=SOON)

    assert Ticket.objects.count() == 2


def test_four_workers_file_one_report(race: Callable[..., list[Any]], agreement: Agreement, party_b: User) -> None:
    raw = letter(agreement.number)

    answers = race(*[lambda: take(raw, at=SOON).pk] * 4)

    assert len(set(answers)) == 1
    assert Ticket.objects.count() == InMail.objects.count() == 1
    assert Event.objects.filter(action="ticket.filed").count() == 1


def test_a_letter_that_is_done_is_frozen(agreement: Agreement, party_b: User) -> None:
    mail = take(letter(agreement.number), at=SOON)

    with pytest.raises(DatabaseError), transaction.atomic():
        InMail.objects.filter(pk=mail.pk).update(text="anderes")


# --- Left alone ----------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", ["Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "Return-Path: <>\r\n"])
def test_automatic_letters_do_nothing(agreement: Agreement, party_b: User, headers: str) -> None:
    mail = take(letter(agreement.number, headers=headers), at=SOON)

    assert (mail.state, mail.text) == ("ignored", "")
    assert not Ticket.objects.exists()


def test_our_own_letters_come_back_in_vain(ticket: Ticket, agreement: Agreement, settings: Settings) -> None:
    ours = Notice.objects.filter(channel="email").first()
    assert ours is not None
    returned = take(letter(ticket.number, message_id=ours.message_id), at=SOON)
    settings.DEFAULT_FROM_EMAIL = "守约 <Shouyue@example.cn>"
    sent_on = take(letter(ticket.number, sender="shouyue@example.cn", message_id="<2@x>"), at=SOON)

    assert (returned.state, sent_on.state) == ("ignored", "ignored")
    assert ticket.entries.filter(kind="replied").count() == 0


# --- The waiting room ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"result": "dmarc=fail header.from=example.cn"}, "forged"),
        ({"result": "spf=fail smtp.mailfrom=example.cn"}, "forged"),
        ({"result": None}, "unproven"),
        ({"sender": "stranger@example.cn"}, "unknown"),
        ({"sender": "operator@example.cn"}, "unknown"),
        ({"sender": "a@example.cn, b@example.cn"}, "unproven"),
    ],
)
def test_who_is_not_believed_waits(
    agreement: Agreement, party_b: User, operator: User, changes: dict[str, Any], why: str
) -> None:
    mail = take(letter(agreement.number, **changes), at=SOON)

    assert (mail.state, mail.why) == ("waiting", why)
    assert not Ticket.objects.exists()
    assert mail.text


def test_subjects_that_name_nothing_or_too_much_wait(
    ticket: Ticket, agreement: Agreement, other_agreement: Agreement, party_b_other: User, party_b: User
) -> None:
    second = make.agreement(party_b=agreement.party_b)
    theirs = make_ticket(other_agreement, party_b_other)
    said = {
        "没有编号": "no_number",
        f"{agreement.number}5 不是这个编号": "no_number",
        f"{other_agreement.number} 别人的协议": "no_number",
        f"{agreement.number} 和 {second.number}": "several",
        f"{ticket.number} 与 GZ-2026-999999": "several",
        f"{second.number} 的 {ticket.number}": "several",
        f"{theirs.number} 别人的报告": "not_theirs",
        "GZ-2026-999999 没有的报告": "not_theirs",
    }
    found = {
        subject: take(letter(subject, message_id=f"<{number}@x>"), at=SOON).why for number, subject in enumerate(said)
    }

    assert found == said


def test_two_accounts_of_one_address_wait(agreement: Agreement, party_b: User) -> None:
    twin = make.user("twin", email="PARTY_B@example.cn")
    make.member(twin, agreement.party_b)

    assert take(letter(agreement.number), at=SOON).why == "shared"


def test_one_who_has_left_is_not_believed(agreement: Agreement, party_b: User) -> None:
    Membership.objects.filter(user=party_b).update(active=False)

    assert take(letter(agreement.number), at=SOON).why == "unknown"


def test_what_the_verbs_refuse_waits_with_their_words(ticket: Ticket, operator: User) -> None:
    tickets.cancel(ticket, at=local("2026-09-16 08:50"), by=operator, text="误报。")

    mail = take(letter(ticket.number), at=SOON)

    assert (mail.state, mail.why, mail.ticket) == ("waiting", "refused", None)
    assert "已撤销" in mail.detail


def test_one_that_is_too_big_waits_without_being_kept(agreement: Agreement, party_b: User, settings: Settings) -> None:
    settings.MAIL_IN_MAX_BYTES = 1000

    mail = take(letter(agreement.number, "x" * 2000), at=SOON)

    assert (mail.why, mail.raw.name) == ("too_big", "")


def test_one_that_cannot_be_read_waits(agreement: Agreement) -> None:
    body = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(3000))

    assert take(letter("x", body=body), at=SOON).why == "unreadable"


def test_a_hostile_subject_stays_words(agreement: Agreement, party_b: User, client: Client, ops_lead: User) -> None:
    take(letter(f"{agreement.number} \r\nBcc: x@evil.org <script>alert(1)</script>\x00"), at=SOON)
    client.force_login(ops_lead)

    page = client.get(reverse("admin:sla_inmail_changelist")).content.decode()

    assert Ticket.objects.get().title == "Bcc: x@evil.org <script>alert(1)</script>"
    assert "<script>alert(1)</script>" not in page


# --- By hand -------------------------------------------------------------------------------------


@pytest.fixture
def waiting(agreement: Agreement, party_b: User) -> InMail:
    body = mixed(plain("接口超时"), attached("截图.png", PNG))
    return take(letter("接口超时，没有编号", sender="liu@private.example.org", body=body), at=SOON)


def test_a_report_made_by_hand_counts_from_the_receipt(
    waiting: InMail, agreement: Agreement, party_b: User, operator: User
) -> None:
    later = local("2026-09-16 15:00")

    done = mail_in.file_by_hand(
        waiting, agreement=agreement, reporter=party_b, kind="fault", title="接口超时", by=operator, at=later
    )

    assert done.ticket is not None
    assert done.ticket.received_at == waiting.received_at == local("2026-09-16 09:00:05")
    assert (done.ticket.reporter, done.decided_by, done.decided_at) == (party_b, operator, later)
    assert [file.name for file in Attachment.objects.all()] == ["截图.png"]


def test_a_reporter_of_another_organisation_is_refused(
    waiting: InMail, agreement: Agreement, party_b_other: User, operator: User
) -> None:
    with pytest.raises(Refused, match="不是这份协议乙方的人员"):
        mail_in.file_by_hand(
            waiting, agreement=agreement, reporter=party_b_other, kind="fault", title="x", by=operator, at=SOON
        )


def test_a_waiting_letter_is_added_to_a_report(waiting: InMail, ticket: Ticket, operator: User) -> None:
    mail_in.reply_by_hand(waiting, ticket=ticket, by=operator, at=SOON)

    assert ticket.entries.get(kind="replied").text == "接口超时"


def test_what_is_handled_is_handled_once(waiting: InMail, operator: User) -> None:
    mail_in.discard(waiting, reason="广告", by=operator, at=SOON)

    with pytest.raises(Refused, match="已经处理"):
        mail_in.discard(waiting, reason="广告", by=operator, at=SOON)
    assert Event.objects.filter(action="mail.discarded").get().reason == "广告"


def do(client: Client, verb: str, mail: InMail, **said: Any) -> str:
    url = reverse("admin:sla_inmail_verb", args=[mail.pk, verb])
    return client.post(url, {"submission_key": "k" * 20, **said}, follow=True).content.decode()


def test_the_pages_file_reply_and_discard(
    client: Client, waiting: InMail, agreement: Agreement, party_b: User, operator: User
) -> None:
    client.force_login(operator)
    said = {"agreement": agreement.pk, "reporter": party_b.pk, "kind": "fault", "title": "接口超时"}

    assert "没有这个编号的报告" in do(client, "reply", waiting, number="GZ-2026-000009")
    assert "已登记为报告" in do(client, "file", waiting, **said)
    assert InMail.objects.get().ticket == Ticket.objects.get()


def test_the_letter_as_it_came_is_a_download(client: Client, waiting: InMail, auditor: User) -> None:
    client.force_login(auditor)

    answer = client.get(reverse("admin:sla_inmail_raw", args=[waiting.pk]))

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert b"liu@private.example.org" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_list_asks_no_more_for_more_letters(
    client: Client, agreement: Agreement, party_b: User, auditor: User
) -> None:
    client.force_login(auditor)
    counts = []
    for number in range(6):
        take(letter(agreement.number, f"第 {number} 件", message_id=f"<{number}@x>"), at=SOON)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("admin:sla_inmail_changelist"))
        counts.append(len(captured))

    assert counts[1] == counts[-1]


# --- Mailboxes -----------------------------------------------------------------------------------


def lay(mailbox: Path, name: str, raw: bytes) -> None:
    (mailbox / "new" / name).write_bytes(raw)


def test_the_command_empties_a_maildir(mailbox: Path, agreement: Agreement, party_b: User) -> None:
    lay(mailbox, "2.x", letter("没有编号", message_id="<2@x>"))
    lay(mailbox, "1.x", letter(agreement.number, message_id="<1@x>"))
    out = StringIO()

    call_command("take_mail", stdout=out)

    assert out.getvalue().strip() == "filed 1, waiting 1"
    assert sorted(file.name for file in (mailbox / "cur").iterdir()) == ["1.x:2,S", "2.x:2,S"]
    assert not list((mailbox / "new").iterdir())
    call_command("take_mail", stdout=out)
    assert "nothing waits" in out.getvalue()


def test_a_letter_that_was_kept_and_not_moved_is_taken_once(mailbox: Path, agreement: Agreement, party_b: User) -> None:
    take(letter(agreement.number), at=SOON)
    lay(mailbox, "1.x", letter(agreement.number))

    assert take_mail() == {"filed": 1}
    assert Ticket.objects.count() == 1


def test_four_workers_empty_one_maildir(
    race: Callable[..., list[Any]], mailbox: Path, agreement: Agreement, party_b: User
) -> None:
    for number in range(6):
        lay(mailbox, f"{number}.x", letter(agreement.number, f"第 {number} 件", message_id=f"<{number}@x>"))

    answers = race(*[lambda: mailboxes.take_all(at=SOON)] * 4)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert Ticket.objects.count() == 6


def test_a_huge_file_is_not_read_to_its_end(mailbox: Path, settings: Settings) -> None:
    settings.MAIL_IN_MAX_BYTES = 1000
    lay(mailbox, "1.x", b"x" * 5000)

    take_mail()

    assert (InMail.objects.get().size, InMail.objects.get().why) == (1001, "too_big")


def test_a_link_in_the_maildir_leads_nowhere(mailbox: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("word")
    (mailbox / "new" / "1.x").symlink_to(tmp_path / "secret")

    take_mail()

    assert not InMail.objects.exists()


@pytest.mark.parametrize("where", ["", "pop3://x/", "maildir:///no/such/folder", "imaps:///INBOX"])
def test_a_mailbox_that_is_none_is_said(settings: Settings, where: str) -> None:
    settings.MAIL_IN = where

    with pytest.raises(CommandError, match=r"SHOUYUE_MAIL_IN|no Maildir"):
        call_command("take_mail")


def from_imap(mailbox: Mailbox) -> dict[str, int]:
    return mailboxes.from_imap(mailbox.address, "fault", 'IN"BOX', at=SOON, connect=imaplib.IMAP4)


def test_an_imap_folder_is_taken_and_marked(agreement: Agreement, party_b: User, settings: Settings) -> None:
    settings.MAIL_IN_PASSWORD = "wo rd"
    with imap({7: letter(agreement.number), 9: letter("没有编号", message_id="<2@x>")}) as mailbox:
        assert from_imap(mailbox) == {"filed": 1, "waiting": 1}

    assert 'LOGIN fault "wo rd"' in mailbox.told
    assert 'SELECT "IN\\"BOX"' in mailbox.told
    assert [said for said in mailbox.told if "STORE" in said] == [
        f"UID STORE {uid} +FLAGS.SILENT (\\Seen)" for uid in (7, 9)
    ]
    assert mailbox.told[-1] == "LOGOUT"


def test_of_a_huge_letter_no_more_is_fetched_than_shows_its_size(
    agreement: Agreement, party_b: User, settings: Settings
) -> None:
    settings.MAIL_IN_MAX_BYTES = 2000
    with imap({7: letter(agreement.number, "x" * 9000)}) as mailbox:
        assert from_imap(mailbox) == {"waiting": 1}

    assert (InMail.objects.get().size, InMail.objects.get().why) == (2001, "too_big")


def test_a_letter_is_not_marked_before_it_is_kept(
    agreement: Agreement, party_b: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(raw: bytes, *, at: datetime) -> InMail:
        raise DatabaseError("gone")

    monkeypatch.setattr(mail_in, "take", broken)
    with imap({7: letter(agreement.number)}) as mailbox, pytest.raises(DatabaseError):
        from_imap(mailbox)

    assert [said for said in mailbox.told if "STORE" in said] == []
    assert mailbox.told[-1] == "LOGOUT"
