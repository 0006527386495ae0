"""Templates: a new version is a draft copied from the last, a second person publishes it, then it never changes.

The contract manager asks and the finance lead approves, as for the activation of terms in the access matrix: every
template binds the money and the service of all agreements drafted from it, and many centres have but one contract
manager.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.blanks import ALWAYS, unknown_in
from contracts.models import AgreementTemplate, TemplateBlank, TemplateClause, TemplateVersion
from journal import approvals
from journal.hashing import sha256_of
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused

KIND = "template.publish"
NODE_FIELDS = (
    "kind", "number", "heading", "text", "note", "truncated", "klass", "topic", "side", "optional", "position",
)  # fmt: skip
BLANK_FIELDS = ("name", "label", "kind", "home", "required", "help", "options", "position")


@transaction.atomic
def start(*, code: str, name: str, purpose: str = "", by: User | None, at: datetime) -> TemplateVersion:
    """A new template with an empty first draft."""
    if AgreementTemplate.objects.filter(code=code).exists() or AgreementTemplate.objects.filter(name=name).exists():
        raise Refused(_("已有同样代码或名称的模板。"))
    template = AgreementTemplate.objects.create(code=code, name=name, purpose=purpose)
    version: TemplateVersion = TemplateVersion.objects.create(template=template, number=1, drafted_by=by, drafted_at=at)
    _note("template.drafted", version, by=by, at=at)
    return version


@transaction.atomic
def new_draft(template: AgreementTemplate, *, by: User, at: datetime) -> TemplateVersion:
    """A draft copied from the template's newest version.  Refused while another draft is open."""
    template = AgreementTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    newest = template.versions.order_by("-number").first()
    if newest is not None and newest.state == TemplateVersion.State.DRAFT:
        raise Refused(_("这个模板已有草稿 v%(number)d，请接着改那一份。") % {"number": newest.number})
    version: TemplateVersion = TemplateVersion.objects.create(
        template=template, number=newest.number + 1 if newest else 1, drafted_by=by, drafted_at=at
    )
    if newest is not None:
        _copy(newest, version)
    _note("template.drafted", version, by=by, at=at)
    return version


@transaction.atomic
def take_out(node: TemplateClause, *, by: User, at: datetime) -> None:
    """Take a clause, or an empty chapter or section, out of a draft; the journal and its history keep the wording."""
    version = _locked(node.version)
    _require_draft(version)
    if node.children.exists():
        raise Refused(_("这一章节下面还有内容，请先移出下面的条款。"))
    record(
        "template.clause_taken_out",
        obj=version,
        by=by,
        at=at,
        data={"number": node.number, "heading": node.heading, "text": node.text},
    )
    node.delete()


@transaction.atomic
def ask_to_publish(version: TemplateVersion, *, by: User, at: datetime, reason: str = "") -> Approval:
    """Ask a second person to publish a draft.  Refused for a text that cannot be drafted from."""
    version = _locked(version)
    _require_draft(version)
    require_whole(version)
    return approvals.ask(KIND, target=version, content=contents(version), by=by, at=at, reason=reason)


def publish_approved(approval: Approval, *, by: User, at: datetime) -> TemplateVersion:
    """The approved effect.  Runs inside the approving transaction."""
    return publish(TemplateVersion.objects.get(pk=approval.target_id), by=by, at=at)


@transaction.atomic
def publish(version: TemplateVersion, *, by: User | None, at: datetime) -> TemplateVersion:
    """Freeze a draft and let agreements be drafted from it; the version published before is retired."""
    version = _locked(version)
    _require_draft(version)
    require_whole(version)
    if by is not None and version.drafted_by_id == by.pk:
        raise Refused(_("起草人不能批准自己起草的模板，请由另一位有权限的人员处理。"))
    for older in version.template.versions.filter(state=TemplateVersion.State.PUBLISHED):
        _retire(older, by=by, at=at)
    version.sha256 = text_hash(version)
    version.state, version.published_by, version.published_at = TemplateVersion.State.PUBLISHED, by, at
    version.save()
    _note("template.published", version, by=by, at=at)
    return version


@transaction.atomic
def retire(version: TemplateVersion, *, by: User, at: datetime, reason: str) -> TemplateVersion:
    """No more agreements are drafted from a published version; those that were keep their text."""
    version = _locked(version)
    if version.state != TemplateVersion.State.PUBLISHED:
        raise Refused(_("只有已发布的模板版本可以停用。"))
    if not reason.strip():
        raise Refused(_("请写明停用的理由。"))
    return _retire(version, by=by, at=at, reason=reason.strip())


def require_whole(version: TemplateVersion) -> None:
    """Refuse a text without clauses, with a blank nobody registered, or without the blanks every agreement needs."""
    nodes = list(version.nodes.all())
    blanks = {blank.name: blank for blank in version.blanks.all()}
    clauses = [node for node in nodes if node.kind == TemplateClause.Kind.CLAUSE]
    if not clauses:
        raise Refused(_("模板还没有条款，不能发布。"))
    for clause in clauses:
        if unknown := unknown_in(clause.text, blanks):
            raise Refused(
                _("第 %(number)s 条里的空白 %(names)s 没有登记，请先登记空白或者改正写法。")
                % {"number": clause.number, "names": "、".join(f"{{{name}}}" for name in unknown)}
            )
    homes = {blank.home for blank in blanks.values()}
    if missing := [TemplateBlank.Home(home).label for home in ALWAYS if home not in homes]:
        raise Refused(_("模板缺少每份协议都要填的空白：%(names)s。") % {"names": "、".join(map(str, missing))})
    _require_order(nodes)


def _require_order(nodes: Iterable[TemplateClause]) -> None:
    """A clause stands in a chapter or section that comes before it; a section in a chapter."""
    seen: dict[int, TemplateClause] = {}
    for node in nodes:
        above = seen.get(node.parent_id) if node.parent_id else None
        if node.parent_id and (above is None or above.kind == TemplateClause.Kind.CLAUSE):
            raise Refused(_("第 %(number)s 条须排在它所属的章节之后。") % {"number": node.number})
        if node.kind == TemplateClause.Kind.SECTION and above and above.kind != TemplateClause.Kind.CHAPTER:
            raise Refused(_("第 %(number)s 节须直接属于一章。") % {"number": node.number})
        seen[node.pk] = node


def contents(version: TemplateVersion) -> dict[str, Any]:
    """All that the approver decides on."""
    return {
        "template": version.template.name,
        "number": version.number,
        "clauses": version.nodes.filter(kind=TemplateClause.Kind.CLAUSE).count(),
        "sha256": text_hash(version),
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(TemplateVersion.objects.select_related("template").get(pk=approval.target_id))


def describe(approval: Approval) -> list[tuple[object, object]]:
    """What the approver decides on, in words."""
    content = approval.content
    return [
        (_("协议模板"), f"{content['template']} v{content['number']}"),
        (_("条款数"), content["clauses"]),
        (_("正文校验值"), content["sha256"]),
    ]


def text_hash(version: TemplateVersion) -> str:
    """SHA-256 of the whole text with its blanks."""
    nodes = [
        {**{name: getattr(node, name) for name in NODE_FIELDS}, "parent": node.parent.number if node.parent else ""}
        for node in version.nodes.select_related("parent")
    ]
    blanks = [{name: getattr(blank, name) for name in BLANK_FIELDS} for blank in version.blanks.all()]
    return sha256_of({"nodes": nodes, "blanks": blanks})


def _copy(older: TemplateVersion, version: TemplateVersion) -> None:
    made: dict[int | None, TemplateClause] = {}
    for node in older.nodes.all():
        fields = {name: getattr(node, name) for name in NODE_FIELDS}
        made[node.pk] = TemplateClause.objects.create(version=version, parent=made.get(node.parent_id), **fields)
    for blank in older.blanks.all():
        TemplateBlank.objects.create(version=version, **{name: getattr(blank, name) for name in BLANK_FIELDS})


def _retire(version: TemplateVersion, *, by: User | None, at: datetime, reason: str = "") -> TemplateVersion:
    version.state, version.retired_at = TemplateVersion.State.RETIRED, at
    version.save()
    _note("template.retired", version, by=by, at=at, reason=reason)
    return version


def _locked(version: TemplateVersion) -> TemplateVersion:
    rows = TemplateVersion.objects.select_related("template")
    locked: TemplateVersion = rows.select_for_update(of=("self",), no_key=True).get(pk=version.pk)
    return locked


def _require_draft(version: TemplateVersion) -> None:
    if version.state != TemplateVersion.State.DRAFT:
        raise Refused(_("已发布的模板版本不能再改，请新建草稿版本。"))


def _note(action: str, version: TemplateVersion, *, by: User | None, at: datetime, reason: str = "") -> None:
    data = {"template": version.template.code, "number": version.number, "sha256": version.sha256}
    record(action, obj=version, by=by, at=at, reason=reason, data=data)
