"""The whole schema of this app in one step, for a new database; an older one takes the steps that it replaces."""

from importlib import import_module

from django.conf import settings
from django.db import migrations

from journal.triggers import Guard, Lifted
from people.together import Together, schema

STEPS = (
    "0001_initial",
    "0002_append_only",
    "0003_adjudications",
    "0004_reports_and_replays",
    "0005_pausing",
    "0006_credits",
    "0007_desk",
    "0008_quality",
    "0009_escalation",
    "0010_targets",
    "0011_uptime_and_security",
    "0012_answers",
    "0013_mail_in",
    "0014_backdating",
    "0015_risky_clocks",
    "0016_waiver_and_force_majeure",
)
OPERATIONS = [
    operation
    for name in STEPS
    for operation in import_module(f"sla.migrations.{name}").Migration.operations
]


class Migration(migrations.Migration):
    replaces = [("sla", name) for name in STEPS]
    initial = True
    dependencies = [
        ("contracts", "0001_squashed_0003_whole"),
        ("journal", "0002_channels"),
        ("worktime", "0002_notice_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        Together(schema(OPERATIONS)),
        *(operation for operation in OPERATIONS if isinstance(operation, Guard | Lifted)),
    ]
