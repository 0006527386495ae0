"""The bundled templates: the standard text and a shorter one, loaded once as published versions."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contracts import templating
from contracts.clauses import DATA, Wording, read_wordings
from contracts.models import AgreementTemplate, TemplateBlank, TemplateClause, TemplateVersion

STANDARD = "standard"
STEP = 10  # room for clauses that are put in between


@dataclass(frozen=True)
class Bundled:
    """A template that comes with the product."""

    code: str
    name: str
    purpose: str


BUNDLED = (
    Bundled(STANDARD, "电子政务信息平台共享协议", "平台提供方与使用方之间的信息共享：查询、下载、接口调用，按量计费。"),
    Bundled(
        "exchange",
        "数据交换共享协议",
        "两个单位之间的数据交换，条款较少；违约责任、变更与解除、不可抗力、争议解决、通知与送达、附则各章可选。",
    ),
)


@transaction.atomic
def load_bundled_templates(*, at: datetime) -> list[AgreementTemplate]:
    """Every bundled template, loaded and published when it is not there; again adds nothing and changes nothing."""
    return [_load(bundled, at) for bundled in BUNDLED]


def _load(bundled: Bundled, at: datetime) -> AgreementTemplate:
    template, made = AgreementTemplate.objects.get_or_create(
        code=bundled.code, defaults={"name": bundled.name, "purpose": bundled.purpose}
    )
    if made:
        version = TemplateVersion.objects.create(
            template=template, number=1, drafted_at=at, summary="随产品提供的文本。"
        )
        _write_nodes(version, read_wordings(DATA / f"{bundled.code}_clauses.csv"))
        for position, fields in enumerate(_blanks(bundled.code), start=1):
            TemplateBlank.objects.create(version=version, position=position, **fields)
        templating.publish(version, by=None, at=at)
    return template


def _write_nodes(version: TemplateVersion, wordings: Sequence[Wording]) -> None:
    """Chapters and sections before the first clause that stands in them."""
    parents: dict[str, TemplateClause] = {}
    position = 0

    def add(number: str, **fields: object) -> TemplateClause:
        nonlocal position
        position += STEP
        made: TemplateClause = TemplateClause.objects.create(
            version=version, number=number, position=position, **fields
        )
        return made

    for wording in wordings:
        above = parents.get(wording.chapter_number)
        if above is None:
            above = parents[wording.chapter_number] = add(
                wording.chapter_number, kind="chapter", heading=wording.chapter, optional=wording.optional
            )
        if wording.section_number:
            section = parents.get(wording.section_number)
            if section is None:
                section = parents[wording.section_number] = add(
                    wording.section_number, kind="section", heading=wording.section, parent=above
                )
            above = section
        fields = {
            name: getattr(wording, name) for name in ("heading", "text", "note", "truncated", "klass", "topic", "side")
        }
        add(wording.number, parent=above, **fields)


def _blanks(code: str) -> Iterator[dict[str, object]]:
    with (DATA / "template_blanks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["template"] == code:
                yield {
                    **{name: row[name] for name in ("name", "label", "kind", "home", "help")},
                    "required": row["required"] == "yes",
                    "options": [option for option in row["options"].split("|") if option],
                }
