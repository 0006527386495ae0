"""Printing a board: frozen into words of the reader's language, then drawn."""

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contracts import board_paper
from contracts.panorama import Board, Line
from people.refusal import Refused
from people.typesetting import UndrawableText, require_glyphs


def board_pdf(board: Board, *, by: str, chosen: str = "") -> bytes:
    """The PDF of a board as it is seen, with the filter that was chosen in words.  Raises Refused, naming the
    characters, for a text that no font here can draw."""
    paper = frozen(board, by=by, chosen=chosen)
    try:
        require_glyphs(board_paper.texts(paper))
    except UndrawableText as error:
        raise Refused(
            _("以下字符在打印字体中没有字形，请改用其他写法后再打印：%(characters)s")
            % {"characters": " ".join(error.characters)}
        ) from error
    return board_paper.draw(paper)


def frozen(board: Board, *, by: str, chosen: str = "") -> board_paper.BoardPaper:
    """The board as a value: words and figures only."""
    agreement, version = board.agreement, board.version
    moment = timezone.localtime(board.at).strftime("%Y-%m-%d %H:%M")
    counts = "，".join(f"{count.label} {count.count}" for count in board.counts if count.count)
    facts = [
        (_("协议编号"), agreement.number),
        (_("协议名称"), agreement.title),
        (_("甲方"), agreement.party_a.name),
        (_("乙方"), agreement.party_b.name),
        (_("适用条款"), f"{version.get_kind_display()} v{version.number}" if version else _("还没有条款")),
        (_("生成时间"), moment),
        (_("各状态条款数"), counts or "0"),
        (_("筛选"), chosen or _("全部条款")),
    ]
    return board_paper.BoardPaper(
        title=_("合同履约全景"),
        under=f"{agreement.number}　{moment}",
        facts=[(label, str(value)) for label, value in facts],
        columns=[_("条款号"), _("条款"), _("义务方"), _("状态"), _("依据"), _("记录数")],
        chapters=[(name or _("其他"), [_row(line) for line in lines]) for name, lines in board.chapters],
        remarks=[_("各条款的状态由系统在生成时刻根据登记的记录得出；没有记录的条款不显示为正常履行。")],
        signing=[(_("编制人"), by), (_("复核人签字"), ""), (_("编制日期"), moment[:10]), (_("复核日期"), "")],
        foot=f"{agreement.number} · {_('合同履约全景')} · {moment}",
        pages=_("第 {number} 页，共 {count} 页"),
        language="en" if (get_language() or "").startswith("en") else "zh-CN",
        issued_on=timezone.localdate(board.at),
    )


def _row(line: Line) -> list[str]:
    why = str(line.reading.note)
    if not line.in_text:
        why = f"{line.text} · {why}" if why else str(line.text)
    return [
        line.clause.number,
        line.clause.heading,
        str(line.clause.get_side_display()),
        str(line.standing_label),
        why,
        str(line.reading.count),
    ]
