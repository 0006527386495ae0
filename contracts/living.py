"""What the life of an agreement hangs into the registries, at start-up: signing, four eyes, sections of pages."""

from django.utils.translation import gettext_lazy as _

from contracts import activating, life_panels, original, signing, suspending, terminating
from contracts.concluding import register_supplements
from contracts.models import AgreementVersion
from contracts.panels import add_panels
from contracts.sections import add_sections
from journal import effects


def register_life() -> None:
    """Called once from AppConfig.ready; asking twice changes nothing."""
    signing.register(AgreementVersion.Kind.ORIGINAL, original.OriginalSigning())
    register_supplements()
    effects.register(
        activating.KIND,
        activating.activate,
        permission="contracts.activate_agreement",
        label=_("协议生效"),
        present=activating.present,
        describe=activating.describe,
    )
    effects.register(
        suspending.SUSPEND,
        suspending.suspend_approved,
        permission="contracts.approve_suspension",
        label=_("暂停协议"),
        describe=suspending.describe,
    )
    effects.register(
        suspending.LIFT,
        suspending.lift_approved,
        permission="contracts.approve_suspension",
        label=_("恢复协议"),
        describe=suspending.describe,
    )
    effects.register(
        terminating.KIND,
        terminating.decide,
        permission="contracts.approve_termination",
        label=_("解除协议"),
        present=terminating.present,
        describe=terminating.describe,
    )
    add_panels(life_panels.agreement_panels)
    add_sections(life_panels.agreement_sections)
