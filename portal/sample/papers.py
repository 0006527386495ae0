"""Sample papers: what a scan looks like, and the onboarding notice that was served with each agreement."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import serving
from contracts.models import Agreement, ServedNotice
from people.blocks import gap, paragraphs, title
from people.pages import Foot, page_bytes
from people.typesetting import fonts
from portal.sample.moments import local
from portal.sample.people import People


def sample_pdf(name: str, *lines: str) -> SimpleUploadedFile:
    """A one-page PDF that says what it stands for."""
    fonts()
    story = [*title(name), gap(6), *paragraphs(lines, size=11)]
    foot = Foot("示例文件", "第 {number} 页，共 {count} 页", mark="示例")
    content = page_bytes(story, foot, title=name, author="守约示例", language="zh-CN")
    return SimpleUploadedFile(f"{name}.pdf", content, content_type="application/pdf")


def make_papers(people: People, agreements: Sequence[Agreement]) -> None:
    """For each agreement in force: the notice to connect, received next day."""
    for agreement in agreements:
        if agreement.effective_on is not None:
            _onboarding(people, agreement, agreement.effective_on)


def _onboarding(people: People, agreement: Agreement, day: date) -> None:
    sent = local(day, 9)
    writing = serving.Writing(
        kind=ServedNotice.Kind.ONBOARDING,
        sender=ServedNotice.Side.A,
        subject="关于办理平台接入的通知",
        text="请贵单位按接口规范完成对接，接入中遇到问题请联系运行保障处。",
        clause_number="3.1.1",
    )
    by = people["hetong"]
    notice = serving.write(agreement, writing, file=sample_pdf("接入通知", writing.text), by=by, at=sent)
    serving.send(notice, channel=ServedNotice.Channel.DESIGNATED_SYSTEM, sent_at=sent, by=by, at=sent)
    arrived = sent + timedelta(hours=26)
    serving.receive(
        notice, received_at=arrived, received_by=agreement.party_b.contact_name, by=by, at=arrived + timedelta(hours=1)
    )
