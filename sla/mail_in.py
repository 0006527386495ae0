"""E-mail in: a letter becomes a report or a reply, is left alone, or waits for a person.  Each letter once.

Only a sender whom our own mail server has proven, and who is a person of Party B, is believed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts.models import Agreement, Membership
from journal.models import Notice
from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.uploading import check
from sla import merging, tickets
from sla.acts import LONGEST_TEXT, second
from sla.letters import Attached, Letter, Unreadable, read
from sla.models import InMail, Ticket

State, Why = InMail.State, InMail.Why
TICKET_NUMBER = re.compile(r"(?<![\w-])GZ-\d{4}-\d{6}(?![\w-])", re.IGNORECASE)
PREFIX = re.compile(r"^\s*((re|fw|fwd|回复|答复|转发)\s*[:：]\s*)+", re.IGNORECASE)
ROOM = 600  # characters kept free for what is said about files that were not taken


class Waits(Exception):
    """The letter cannot be handled without a person."""

    def __init__(self, why: InMail.Why, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


@dataclass(frozen=True, slots=True)
class Fitting:
    """Files that may be taken, and the words about those that may not."""

    files: list[SimpleUploadedFile]
    refused: list[str]


def take(raw: bytes, *, at: datetime) -> InMail:
    """Take one letter, once by its Message-ID; the same letter again answers with the first row."""
    row, letter = _opened(raw, second(at))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _settle(row, letter)
            if row.why != Why.TOO_BIG:
                row.raw.save("letter", ContentFile(raw), save=False)
            row.save()
            record(f"mail.{row.state}", obj=row, by=None, at=row.taken_at, data=_noted(row))
    except IntegrityError:
        if (first := InMail.objects.filter(key=row.key).first()) is not None:
            return first
        raise
    return row


@transaction.atomic
def file_by_hand(
    mail: InMail, *, agreement: Agreement, reporter: User, kind: str, title: str, by: User, at: datetime
) -> InMail:
    """A person makes a report of a waiting letter, in the name of a person of Party B.

    It counts from when our server took the letter: a waiting room of ours costs Party B nothing.
    """
    mail = _waiting(mail)
    if not Agreement.objects.for_user(reporter).filter(pk=agreement.pk).exists():
        raise Refused(_("%(name)s 不是这份协议乙方的人员，请重新选择报告人。") % {"name": reporter})
    letter = letter_of(mail)
    mail.ticket = _filed(mail, letter, agreement, reporter, kind=kind, title=title)
    mail.person = reporter
    return _decided(mail, State.FILED, by=by, at=at)


@transaction.atomic
def reply_by_hand(mail: InMail, *, ticket: Ticket, by: User, at: datetime) -> InMail:
    """A person adds a waiting letter to a report as Party B's reply."""
    mail = _waiting(mail)
    _replied(mail, letter_of(mail), ticket, by)
    mail.ticket = ticket
    return _decided(mail, State.REPLIED, by=by, at=at)


@transaction.atomic
def discard(mail: InMail, *, reason: str, by: User, at: datetime) -> InMail:
    """A person lets a waiting letter be, and says why."""
    mail = _waiting(mail)
    if not reason.strip():
        raise Refused(_("请写明不予受理的原因。"))
    mail.detail = reason.strip()[:300]
    return _decided(mail, State.DISCARDED, by=by, at=at)


def letter_of(mail: InMail) -> Letter:
    """The letter as it came, read again.  Raises Refused when it cannot be read."""
    try:
        with mail.raw.open("rb") as file:
            return read(file.read(), host=settings.MAIL_IN_HOST)
    except (Unreadable, OSError, ValueError) as error:
        raise Refused(_("原始邮件无法读取，请在系统外联系发件人。")) from error


def _opened(raw: bytes, at: datetime) -> tuple[InMail, Letter | None]:
    """A row that is not kept yet, with the letter when it could be read."""
    sha256 = hashlib.sha256(raw).hexdigest()
    row = InMail(key=f"sha256:{sha256}", received_at=at, taken_at=at, size=len(raw), sha256=sha256, state=State.WAITING)
    if len(raw) > settings.MAIL_IN_MAX_BYTES:
        row.why = Why.TOO_BIG
        return row, None
    try:
        letter = read(raw, host=settings.MAIL_IN_HOST)
    except Unreadable as error:
        row.why, row.detail = Why.UNREADABLE, str(error)
        return row, None
    row.why = Why.UNREADABLE
    row.message_id, row.sender, row.subject = letter.message_id, letter.sender, letter.subject
    row.text = letter.text[:LONGEST_TEXT]
    if letter.received_at is not None:
        row.received_at, row.stamped = min(second(letter.received_at), at), True
    if letter.message_id:
        row.key = f"id:{letter.message_id}"
        _tell_apart(row)
    return row, letter


def _tell_apart(row: InMail) -> None:
    """The same Message-ID from somebody else, or over other words, is another letter, and a person looks at it."""
    first = InMail.objects.filter(key=row.key).first()
    if first is None:
        return
    # Of a letter that was ignored no words were kept.
    text = row.text if first.state == State.IGNORED else first.text
    if (first.sender, first.subject, text) != (row.sender, row.subject, row.text):
        row.key = f"id:{row.message_id[:200]}#{row.sha256[:24]}"
        row.detail = Why.REPEATED.value


def _settle(row: InMail, letter: Letter | None) -> None:
    """What becomes of the letter."""
    if letter is None:
        return
    if letter.automatic or _own(letter):
        row.state, row.why, row.text = State.IGNORED, "", ""
        return
    try:
        with transaction.atomic():
            _believed(row, letter)
    except Waits as waits:
        row.why, row.detail = waits.why, waits.detail[:300]
    except Refused as refused:
        row.state, row.ticket, row.why, row.detail = State.WAITING, None, Why.REFUSED, str(refused)[:300]


def _own(letter: Letter) -> bool:
    """Whether we sent it ourselves."""
    if letter.sender and letter.sender == parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower():
        return True
    return bool(letter.message_id) and Notice.objects.filter(message_id=letter.message_id, channel="email").exists()


def _believed(row: InMail, letter: Letter) -> None:
    """File or reply in the sender's name.  Raises Waits or Refused."""
    if row.detail == Why.REPEATED.value:
        raise Waits(Why.REPEATED)
    if letter.proof != "pass":
        raise Waits(Why.FORGED if letter.proof == "fail" else Why.UNPROVEN)
    person = _person(letter.sender)
    row.person = person
    found = _named(letter.subject, person)
    if isinstance(found, Ticket):
        _replied(row, letter, found, person)
        row.state, row.ticket, row.why = State.REPLIED, found, ""
    else:
        row.ticket = _filed(row, letter, found, person)
        row.state, row.why = State.FILED, ""


def _person(sender: str) -> User:
    members = Membership.objects.filter(active=True, user__is_active=True, user__is_staff=False)
    people = list(User.objects.filter(email__iexact=sender, pk__in=members.values("user"))[:2])
    if not people:
        raise Waits(Why.UNKNOWN)
    if len(people) > 1:
        raise Waits(Why.SHARED)
    return people[0]


def _named(subject: str, person: User) -> Ticket | Agreement:
    """The report or the agreement that the subject names, among those of the person.  Raises Waits."""
    numbers = {number.upper() for number in TICKET_NUMBER.findall(subject)}
    theirs = [row for row in Agreement.objects.for_user(person) if _holds(subject, row.number)]
    if len(numbers) > 1 or len(theirs) > 1:
        raise Waits(Why.SEVERAL)
    if numbers:
        ticket: Ticket | None = Ticket.objects.for_user(person).filter(number=numbers.pop()).first()
        if ticket is None:
            raise Waits(Why.NOT_THEIRS)
        if theirs and theirs[0].pk != ticket.agreement_id:
            raise Waits(Why.SEVERAL)
        return merging.survivor(ticket)
    if not theirs:
        raise Waits(Why.NO_NUMBER)
    agreement: Agreement = theirs[0]
    return agreement


def _holds(subject: str, number: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", subject, re.IGNORECASE) is not None


def _filed(
    row: InMail, letter: Letter, agreement: Agreement, person: User, *, kind: str = Ticket.Kind.FAULT, title: str = ""
) -> Ticket:
    fitting = _fitting(letter.attached)
    report = tickets.Report(
        agreement=agreement,
        kind=kind,
        title=title or _title(letter.subject, agreement.number),
        description=_said(letter.text, fitting.refused),
        found_at=row.received_at,
        channel=Ticket.Channel.EMAIL.value,
        submission_key=uuid5(NAMESPACE_URL, f"mail/{row.key}"),
    )
    return tickets.file(report, at=row.received_at, by=person, files=fitting.files)


def _replied(row: InMail, letter: Letter, ticket: Ticket, by: User) -> None:
    fitting = _fitting(letter.attached)
    tickets.reply(ticket, at=row.received_at, by=by, text=_said(letter.text, fitting.refused), files=fitting.files)


def _fitting(attached: Sequence[Attached]) -> Fitting:
    """The files by the rules of uploading; a file that may not be taken does not keep the words out."""
    files: list[SimpleUploadedFile] = []
    refused: list[str] = []
    for one in attached:
        file = SimpleUploadedFile(one.name[-140:], one.content)
        try:
            check([file])
        except Refused as error:
            refused.append(str(error))
            continue
        if len(files) == settings.UPLOAD_MAX_FILES:
            refused.append(_("附件“%(name)s”超出一次可收的数量。") % {"name": one.name[:80]})
            continue
        files.append(file)
    return Fitting(files, refused)


def _said(text: str, refused: Sequence[str]) -> str:
    said = text.strip() or _("（邮件没有正文，见附件。）")
    if len(said) > LONGEST_TEXT - ROOM:
        said = said[: LONGEST_TEXT - ROOM] + "\n" + _("（正文过长，此处截断，完整邮件由甲方留存。）")
    if refused:
        said += "\n\n" + _("未能接收的附件：") + "\n" + "\n".join(refused)
    return said[:LONGEST_TEXT]


def _title(subject: str, number: str) -> str:
    bare = PREFIX.sub("", re.sub(re.escape(number), " ", subject, flags=re.IGNORECASE))
    words = " ".join(bare.split()).strip(" -—:：，,[]【】()（）")
    return words[: tickets.LONGEST_TITLE] or _("邮件报告")


def _waiting(mail: InMail) -> InMail:
    mail = InMail.objects.select_for_update(no_key=True).get(pk=mail.pk)
    if mail.state != State.WAITING:
        raise Refused(_("这封来信已经处理，请刷新页面查看。"))
    return mail


def _decided(mail: InMail, state: InMail.State, *, by: User, at: datetime) -> InMail:
    mail.state, mail.decided_by, mail.decided_at = state, by, at
    mail.save()
    record(f"mail.{state}", obj=mail, by=by, at=at, reason=mail.detail, data=_noted(mail))
    return mail


def _noted(mail: InMail) -> dict[str, Any]:
    return {
        "message_id": mail.message_id,
        "sha256": mail.sha256,
        "why": mail.why,
        "ticket": mail.ticket.number if mail.ticket else "",
        "received_at": mail.received_at.isoformat(),
    }
