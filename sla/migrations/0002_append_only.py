"""The timeline, attachments, clock events and breaches may be added to and never changed."""

from django.db import migrations

from journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_initial")]

    operations = [
        *append_only("sla_ticketentry"),
        *append_only("sla_attachment"),
        *append_only("sla_clockevent"),
        *append_only("sla_breach"),
    ]
