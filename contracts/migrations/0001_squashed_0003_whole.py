"""The whole schema of this app in one step, for a new database; an older one takes the three steps that it replaces."""

from importlib import import_module

from django.conf import settings
from django.db import migrations

from people.together import Together

FIRST, SECOND, THIRD = (
    import_module(f"contracts.migrations.{name}")
    for name in ("0001_initial", "0002_whole_agreement", "0003_guards_and_carry_over")
)


class Migration(migrations.Migration):
    replaces = [
        ("contracts", "0001_initial"),
        ("contracts", "0002_whole_agreement"),
        ("contracts", "0003_guards_and_carry_over"),
    ]
    initial = True
    dependencies = [
        ("journal", "0001_initial"),
        ("worktime", "0002_notice_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        Together([*FIRST.Migration.operations, *SECOND.Migration.operations, *THIRD.REMOVED]),
        *THIRD.GUARDS,
    ]
