"""Concluding a supplement: what its signing does, and what supplements hang into the registries at start-up."""

from datetime import date, datetime

from contracts import signing, supplements, version_panels
from contracts.models import AgreementVersion
from contracts.sections import add_sections
from contracts.signing import Dates
from contracts.touched_duties import touched_duties
from contracts.touching import add_toucher
from people.models import User


class SupplementSigning:
    """What signing a supplement does to it (contracts.signing.Signable)."""

    def dates(self, version: AgreementVersion, *, concluded_on: date, last_mark_on: date) -> Dates:
        """Concluded when both had signed or sealed; it applies from the day that it names itself.

        Raises Refused when that day cannot be any more, or lies before the last mark and nobody has said why.
        """
        supplements.check_start(version.agreement, supplements.newest_active(version.agreement), version.effective_from)
        supplements.check_retro(version.effective_from, last_mark_on, version.retro_reason)
        return Dates(signed_on=concluded_on, effective_on=version.effective_from)

    def marks_changed(self, version: AgreementVersion, *, standing: int, by: User, at: datetime) -> None:
        """The agreement is in force already and stays so."""

    def reopened(self, version: AgreementVersion, *, by: User, at: datetime) -> None:
        """The supplement is a draft again; nothing else changes."""

    def take_effect(self, version: AgreementVersion, dates: Dates, *, by: User, at: datetime) -> None:
        """The supplement applies from its day on."""
        supplements.take_effect(version, effective_from=dates.effective_on, signed_on=dates.signed_on, by=by, at=at)


def register_supplements() -> None:
    """Called once from AppConfig.ready; asking twice changes nothing."""
    signing.register(AgreementVersion.Kind.SUPPLEMENT, SupplementSigning())
    add_sections(version_panels.agreement_sections)
    add_toucher(touched_duties)
