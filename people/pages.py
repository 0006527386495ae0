"""Pages: numbers x of y, a mark across drafts, and bytes that depend on the content alone."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta, timezone
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from people.typesetting import BOLD, REGULAR, fonts, normal

MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN  # the text column
_MAKER = "Shouyue"
_CHINA = timezone(timedelta(hours=8))


class _Pages(Canvas):  # type: ignore[misc]
    """A canvas that knows its last page: foot and draft mark are drawn when all pages are there."""

    foot: "Foot"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []
        self._doc.signature = hashlib.md5(b"shouyue", usedforsecurity=False)
        self._doc._timeStamp = _moment(self.foot.issued_on)

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, 1):
            self.__dict__.update(page)
            self.foot.draw(self, number, len(self._kept))
            super().showPage()
        super().save()


class Foot:
    """What stands on every page: document number, page x of y, and a mark across drafts."""

    def __init__(self, label: str, pages: str, *, mark: str = "", issued_on: date | None = None) -> None:
        self.label, self.pages, self.mark, self.issued_on = label, pages, mark, issued_on

    def draw(self, canvas: Canvas, number: int, count: int) -> None:
        """Draw on the current page of `canvas`."""
        canvas.saveState()
        canvas.setFont(REGULAR, 7.5)
        canvas.setFillGray(0.35)
        canvas.setStrokeGray(0.7)
        canvas.line(MARGIN, 13 * mm, A4[0] - MARGIN, 13 * mm)
        canvas.drawString(MARGIN, 9 * mm, normal(self.label))
        canvas.drawRightString(A4[0] - MARGIN, 9 * mm, self.pages.format(number=number, count=count))
        if self.mark:
            self._mark(canvas)
        canvas.restoreState()

    def _mark(self, canvas: Canvas) -> None:
        canvas.setFillGray(0.6, alpha=0.28)
        canvas.setFont(BOLD, 64)
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(35)
        canvas.drawCentredString(0, -20, self.mark)


def _moment(day: date | None) -> TimeStamp:
    """The time that the file states: midnight in China of the day of issue, never the time of drawing."""
    stamp = TimeStamp(1)
    at = datetime.combine(day or date(2000, 1, 1), time(), _CHINA)
    stamp.t, stamp.tzname, stamp.dhh, stamp.dmm = at.timestamp(), "UTC", 0, 0
    stamp.lt = at.astimezone(UTC).timetuple()
    stamp.YMDhms = tuple(stamp.lt)[:6]
    return stamp


def page_bytes(story: list[Flowable], foot: Foot, *, title: str, author: str, language: str) -> bytes:
    """The PDF of a story on A4: the same story gives the same bytes, on any machine, at any time."""
    fonts()
    buffer = BytesIO()
    pages = type("_NumberedPages", (_Pages,), {"foot": foot})
    template = BaseDocTemplate(
        buffer, pagesize=A4, title=title, author=author, subject=title, lang=language,
        producer=_MAKER, creator=_MAKER, invariant=1, initialFontName=REGULAR, pageCompression=1,
    )  # fmt: skip
    frame = Frame(MARGIN, 16 * mm, WIDTH, A4[1] - 30 * mm, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate(frames=[frame])])
    template.build(story, canvasmaker=pages)
    return buffer.getvalue()
