"""A sample text as a frozen value, without a database."""

from datetime import date

from contracts.text.document import (
    AgreementDocument,
    Annex,
    AnnexRow,
    Party,
    PrintedChapter,
    PrintedClause,
    PrintedSection,
    Words,
)


def paper(*, repeat: int = 1) -> AgreementDocument:
    """A text of two chapters, its first clause repeated, with an annex."""
    clauses = tuple(
        PrintedClause(
            number=f"1.1.{at}",
            heading="付款期限",
            pieces=(Words("乙方收到甲方正式发票后"), Words("10", "filled"), Words("个工作日内付款。")),
            note="示例" if at == 1 else "",
        )
        for at in range(1, repeat + 1)
    )
    return AgreementDocument(
        number="GXXY-2026-001",
        title="电子政务信息平台共享协议",
        version="原协议 v1",
        template="电子政务信息平台共享协议 v1",
        party_a=Party("省政务信息中心", "12360000MB0123456H", "滨江大道 18 号", "王晓明", "0790-6660110"),
        party_b=Party("市大数据管理局"),
        chapters=(
            PrintedChapter("1", "费用", (PrintedSection("1.1", "付款", clauses),)),
            PrintedChapter("2", "不可抗力", (), adopted=False),
        ),
        annexes=(Annex("各项决定", (AnnexRow("签字和盖章", "签字并盖章", "双方都完成后生效。"),)),),
        draft=False,
        issued_on=date(2026, 1, 5),
    )
