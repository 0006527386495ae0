"""Contacts of an organisation: added and changed by Party A's contract managers or the organisation's administrator."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contact, Organisation
from contracts.registering import hold
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Details:
    """Whom to turn to, in which matter (a role of Contact), and how."""

    name: str
    role: str
    phone: str = ""
    email: str = ""


@transaction.atomic
def add(organisation: Organisation, details: Details, *, by: User, at: datetime) -> Contact:
    """Note a contact.  Refused without a name or any way to reach the person, and for one already noted."""
    organisation = hold(organisation.pk)
    made = Contact(organisation=organisation)
    _set(made, details)
    if organisation.contacts.valid().filter(name=made.name, role=made.role).exists():
        raise Refused(_("%(name)s已登记为本单位这一事项的联系人。") % {"name": made.name})
    return _keep("contact.added", made, by=by, at=at)


@transaction.atomic
def change(contact: Contact, details: Details, *, valid: bool = True, by: User, at: datetime) -> Contact:
    """Change a contact, or say that it holds no more.  Refused as for `add`."""
    hold(contact.organisation_id)
    contact = Contact.objects.select_related("organisation").get(pk=contact.pk)
    _set(contact, details)
    contact.valid = valid
    return _keep("contact.changed", contact, by=by, at=at)


def _set(contact: Contact, details: Details) -> None:
    contact.name, contact.role = details.name.strip(), details.role
    contact.phone, contact.email = details.phone.strip(), details.email.strip()
    if not contact.name:
        raise Refused(_("请填写联系人姓名。"))
    if not (contact.phone or contact.email):
        raise Refused(_("电话和邮箱至少填写一项。"))


def _keep(action: str, contact: Contact, *, by: User, at: datetime) -> Contact:
    contact.save()
    data = {"name": contact.name, "role": contact.role, "valid": contact.valid}
    record(action, obj=contact, by=by, at=at, data=data, organisation_id=contact.organisation_id)
    return contact
