"""What the pages of an agreement show of its text: the frozen editions, what is still open, the way to page and PDF."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.deciding import asked_of
from contracts.lifecycle import open_blanks
from contracts.models import Agreement, AgreementVersion, Paper
from contracts.querysets import AgreementVersionQuerySet, PaperQuerySet
from contracts.text.freezing import newest_text
from people.models import User
from people.showing import Panel


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The text of the newest version, with its decisions and signed scans."""
    version = newest_version(agreement)
    if version is None or not user.has_perm("contracts.view_agreementversion"):
        return
    draft = agreement.state == Agreement.State.DRAFT
    asked = asked_of(version)
    yield Panel(
        name="text",
        label=_("协议文本"),
        template="admin/contracts/agreement_text.html",
        context={
            "version": version,
            "kept": newest_text(version),
            "open_items": open_blanks(agreement) if draft else [],
            "asked": asked,
            "scans": list(signed_scans(agreement)),
            "page_url": reverse("admin:contracts_agreement_text", args=[agreement.pk]),
            "pdf_url": reverse("admin:contracts_agreement_textpdf", args=[agreement.pk]),
        },
    )


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The text for Party B: the page, the PDF, and the signed scan beside it."""
    version = version_for_party_b(agreement)
    if version is None:
        return
    yield Panel(
        name="text",
        label=_("协议文本"),
        template="portal/contracts/parts/text_section.html",
        context={
            "agreement": agreement,
            "version": version,
            "kept": newest_text(version),
            "scans": list(signed_scans(agreement).filter(for_party_b=True)),
        },
    )


def newest_version(agreement: Agreement) -> AgreementVersion | None:
    """The newest version, drafts included."""
    return _first(agreement, agreement.versions.order_by("-number"))


def version_for_party_b(agreement: Agreement) -> AgreementVersion | None:
    """The newest version that Party B may read: one that is out for signing, or that is or was in force."""
    state = AgreementVersion.State
    shown = agreement.versions.filter(state__in=[state.SIGNING, state.ACTIVE])
    return _first(agreement, shown.order_by("-number"))


def signed_scans(agreement: Agreement) -> PaperQuerySet:
    """The scans of the signed paper, newest first."""
    return Paper.objects.filter(agreement=agreement, kind=Paper.Kind.SIGNED_SCAN).order_by("-pk")


def _first(agreement: Agreement, rows: AgreementVersionQuerySet) -> AgreementVersion | None:
    found: AgreementVersion | None = rows.select_related(
        "support_hours__calendar", "template_version__template"
    ).first()
    if found is not None:
        found.agreement = agreement
    return found
