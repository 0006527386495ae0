"""Drafts: what hangs on a version may be written while the version is one."""

from contracts.models import AgreementVersion
from people.refusal import Refused


def locked_draft(pk: int, otherwise: str) -> AgreementVersion:
    """The version, its row locked until the transaction ends.  Raises Refused(otherwise) when it is no draft."""
    rows = AgreementVersion.objects.select_related("agreement", "support_hours")
    version: AgreementVersion = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if version.state != AgreementVersion.State.DRAFT:
        raise Refused(otherwise)
    return version
