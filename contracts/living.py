"""What the life of an agreement hangs into the registries, at start-up: signing, four eyes, sections of pages."""

from django.utils.translation import gettext_lazy as _

from contracts import activating, lifecycle, signing
from contracts.concluding import register_supplements
from contracts.models import AgreementVersion
from journal import effects


def register_life() -> None:
    """Called once from AppConfig.ready; asking twice changes nothing."""
    signing.register(AgreementVersion.Kind.ORIGINAL, lifecycle.OriginalSigning())
    register_supplements()
    effects.register(
        activating.KIND,
        activating.activate,
        permission="contracts.activate_agreement",
        label=_("协议生效"),
        present=activating.present,
        describe=activating.describe,
    )
