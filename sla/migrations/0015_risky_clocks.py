"""An index for the queue of what is at risk."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0001_squashed_0003_whole'),
        ('sla', '0014_backdating'),
        ('worktime', '0002_notice_drafts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['next_level'], name='clock_running_level'),
        ),
    ]
