"""Sample protection: channels, certificates, secrets, people, consents, third parties, rights and the list of laws."""

from collections.abc import Sequence
from datetime import date, timedelta

from contracts import confidentiality, consents, licences, safeguards, third_parties
from contracts.models import (
    Agreement,
    ChannelDuty,
    ConfidentialItem,
    ControlMeasure,
    IPAsset,
    LawItem,
    Licence,
    Organisation,
    SecureChannel,
)
from portal.sample.moments import Moments, local, months_before
from portal.sample.papers import sample_pdf
from portal.sample.people import People

LAWS = (
    ("中华人民共和国网络安全法", "第二十三条", "网络日志留存不少于六个月", "both", "日志平台留存策略截图", ""),
    ("中华人民共和国数据安全法", "第二十七条", "建立全流程数据安全管理制度", "both", "数据安全管理办法", ""),
    ("中华人民共和国密码法", "第二十七条", "使用商用密码保护并开展安全性评估", "a", "密评报告", ""),
    ("网络数据安全管理条例", "第十二条", "提供、委托处理重要数据的记录至少保存三年", "a", "", "共享记录尚未单独归档"),
)
MEASURES = (
    ("涉密文件加密存储、专人保管", "a", 3),
    ("下载数据用毕删除并登记", "b", 3),
    ("数据库操作双人复核", "a", 6),
)


def make_protection(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """Rows in every state, for the agreements in force."""
    _rights(people, agreements, moments)
    for agreement in agreements:
        _channels(people, agreement, moments)
        _secrets(people, agreement, moments)
        _people(people, agreement, moments)
    _certificates(people, agreements, moments)
    _consents(people, agreements, moments)
    _third_parties(people, agreements, moments)
    for law, article, control, side, evidence, gap in LAWS:
        LawItem.objects.create(
            law=law, article=article, control=control, side=side, evidence=evidence, gap=gap,
            next_review_on=moments.today + timedelta(60), source="国家法律法规数据库（示例，使用前请核实）",
        )  # fmt: skip


def _rights(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    assets = [
        IPAsset.objects.create(
            owner=people.party_a, kind=kind, name=name, registration_number=number, registered_on=on, expires_on=until
        )
        for kind, name, number, on, until in (
            ("software", "清江省政务信息共享平台软件 V3.0", "2023SR0456789", date(2023, 4, 18), None),
            ("trademark", "清江政务通", "第 61234567 号", date(2022, 6, 7), date(2032, 6, 6)),
        )
    ]
    for asset in assets:
        file = sample_pdf(asset.name, asset.registration_number)
        licences.keep_certificate(asset, file=file, by=people["hetong"], at=local(moments.days_ago(60), 10))
    for agreement in agreements:
        scope = "在协议约定的办件和核验范围内，使用平台的查询、数据下载和接口调用功能。"
        Licence.objects.create(agreement=agreement, scope=scope).assets.set(assets)


def _channels(people: People, agreement: Agreement, moments: Moments) -> None:
    ending = moments.today + timedelta(20 + 90 * (agreement.pk % 3))
    made = SecureChannel.objects.create(
        agreement=agreement,
        kind=SecureChannel.Kind.GOVERNMENT_NET,
        name="政务外网接口通道",
        algorithms="SM2/SM3/SM4，TLCP",
        owner_side="a",
        certificate_subject="CN=share.qingjiang.gov.example",
        certificate_until=ending,
    )
    ChannelDuty.objects.create(channel=made, side="a", person="王晓明", phone="0790-6660110")
    ChannelDuty.objects.create(channel=made, side="b", person=agreement.party_b.contact_name, phone="0790-6661200")
    day = moments.days_ago(20)
    safeguards.check_channel(
        made, checked_on=day, result="ok", text="证书链、加密套件和连通性正常。",
        next_check_on=day + timedelta(90), by=people["yunwei"], at=local(day, 16),
    )  # fmt: skip


def _secrets(people: People, agreement: Agreement, moments: Moments) -> None:
    begun, by = agreement.signed_on or moments.today, people["hetong"]
    titles = (
        ("平台接口规范与密钥管理方案", "technical", "a"),
        ("乙方业务系统部署资料", "unpublished", "b"),
        ("第一期平台建设规划", "unpublished", "a"),
    )
    made = [
        ConfidentialItem.objects.create(
            agreement=agreement, title=title, klass=klass, owner_side=side, disclosed_on=begun,
            disclosed_to=agreement.party_b.name if side == "a" else people.party_a.name,
        )
        for title, klass, side in titles
    ]  # fmt: skip
    day = moments.days_ago(15)
    confidentiality.record_event(
        made[-1],
        event="published",
        event_on=day,
        file=sample_pdf("规划公开网页截图", made[-1].title),
        by=by,
        at=local(day, 17),
    )
    for title, side, months in MEASURES:
        start = months_before(moments.today, 4)
        measure = ControlMeasure.objects.create(
            agreement=agreement, title=title, side=side, every_months=months, starts_on=start
        )
        if months == 3:
            day = moments.days_ago(30)
            confidentiality.check_measure(measure, checked_on=day, result="ok", by=people["yunwei"], at=local(day, 16))


def _people(people: People, agreement: Agreement, moments: Moments) -> None:
    by, day = people.of(agreement.party_b), moments.days_ago(45)
    at = local(day, 10)
    unsigned = confidentiality.Person(person="高峰", department="运维外包组", access_from=day)
    confidentiality.record_person(agreement, unsigned, by=by, at=at)
    signed = confidentiality.Person(
        person=agreement.party_b.contact_name, department="业务科", access_from=day, signed_on=day
    )
    confidentiality.record_person(agreement, signed, file=sample_pdf("保密承诺书", "本人承诺保密。"), by=by, at=at)


def _certificates(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    first, second, third = (agreement.party_b for agreement in agreements)
    today = moments.today
    rows: tuple[tuple[Organisation, str, str, str, date, date | None], ...] = (
        (people.party_a, "mlps", "省政务信息共享平台", "三级", today - timedelta(300), today + timedelta(65)),
        (people.party_a, "crypto", "省政务信息共享平台", "三级", today - timedelta(200), None),
        (first, "mlps", "市一体化政务平台", "三级", today - timedelta(345), today + timedelta(20)),
        (second, "mlps", "县审批系统", "二级", today - timedelta(380), today - timedelta(15)),
        (third, "iso", "公积金核心业务系统", "ISO/IEC 27001", today - timedelta(100), today + timedelta(900)),
    )
    for owner, kind, subject, level, since, until in rows:
        stated = safeguards.Stated(
            kind=kind, subject=subject, level=level, valid_from=since, valid_until=until,
            record_number=f"3600{since:%Y%m}-{owner.pk:03d}", assessor="清江信息安全测评中心",
        )  # fmt: skip
        at = local(max(since, moments.days_ago(100)), 11)
        made = safeguards.submit(
            owner, stated, file=sample_pdf(f"{subject}证书", level), by=people["yunweizhang"], at=at
        )
        safeguards.verify(made, by=people["yunweizhang"], at=at)
    stated = safeguards.Stated(kind="crypto", subject="市一体化政务平台", level="三级", valid_from=today - timedelta(5))
    file = sample_pdf("密评报告", "市一体化政务平台")
    safeguards.submit(first, stated, file=file, by=people.of(first), at=local(moments.days_ago(2), 11))


def _consents(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    first, second, _third = agreements
    today, at, manager = moments.today, local(moments.days_ago(30), 10), people["hetong"]
    asked = consents.Asked(
        kind="publication", purpose="在年度工作报告中公布办件统计", scope="仅汇总数字，不含个人信息。",
        wanted_from=today, wanted_until=today + timedelta(120),
    )  # fmt: skip
    consents.request(first, asked, by=people.of(first.party_b), at=local(moments.days_ago(4), 10))
    asked = consents.Asked(
        kind="commercial_use", purpose="向合作银行提供缴存核验服务", scope="缴存状态核验结果，逐笔授权。",
        wanted_from=today - timedelta(20), wanted_until=today + timedelta(340),
    )  # fmt: skip
    row = consents.request(first, asked, by=people.of(first.party_b), at=at)
    later = at + timedelta(days=6)
    consents.grant(
        row, valid_from=asked.wanted_from, valid_until=today + timedelta(160), reasons="同意试点半年。",
        file=sample_pdf("同意书", asked.purpose), by=manager, at=later,
    )  # fmt: skip
    asked = consents.Asked(
        kind="disclosure", purpose="向征信机构批量提供", scope="企业处罚信息。",
        wanted_from=today, wanted_until=today + timedelta(360),
    )  # fmt: skip
    row = consents.request(second, asked, by=people.of(second.party_b), at=at)
    consents.refuse(row, reasons="超出协议约定用途。", by=manager, at=later)


def _third_parties(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    first, second, third = agreements
    at = local(moments.days_ago(20), 10)
    wild = third_parties.Declared(
        name="临湖智联科技有限公司", purpose="前置机运维", scope="前置机操作系统和日志。",
        access_from=moments.days_ago(10),
    )  # fmt: skip
    third_parties.declare(first, wild, by=people.of(first.party_b), at=at)
    good = third_parties.Declared(
        name="清江数据服务有限公司", purpose="接口开发与联调", scope="测试环境接口。",
        access_from=moments.days_ago(10), access_until=moments.today + timedelta(200),
    )  # fmt: skip
    file = sample_pdf("第三方保密协议", good.name)
    row = third_parties.declare(third, good, file=file, by=people.of(third.party_b), at=at)
    third_parties.approve(row, reasons="限测试环境。", by=people["hetong"], at=at + timedelta(days=2))
    old = third_parties.Declared(
        name="东河信息工程公司", purpose="机房搬迁", scope="机房设备。", access_from=moments.days_ago(18)
    )
    row = third_parties.declare(second, old, by=people.of(second.party_b), at=at)
    third_parties.end(row, ended_on=moments.days_ago(12), by=people.of(second.party_b), at=at + timedelta(days=9))
