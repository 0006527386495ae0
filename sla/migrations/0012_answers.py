"""Ratings and knowledge articles; what was rated or reviewed keeps its words."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from journal.triggers import frozen_when
from people.together import Together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0001_squashed_0003_whole'),
        ('sla', '0011_uptime_and_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Article',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('category', models.CharField(choices=[('access', '接入与授权'), ('interface', '接口调用'), ('data', '数据内容'), ('account', '账号与登录'), ('billing', '费用'), ('other', '其他')], max_length=10, verbose_name='分类')),
                    ('audience', models.CharField(choices=[('staff', '仅甲方'), ('party_b', '所有乙方'), ('agreement', '一份协议的乙方')], max_length=10, verbose_name='读者')),
                    ('made_at', models.DateTimeField(verbose_name='建立时间')),
                    ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='contracts.agreement', verbose_name='协议')),
                ],
                options={
                    'verbose_name': '知识文章',
                    'verbose_name_plural': '知识文章',
                    'ordering': ['-pk'],
                    'permissions': [('write_article', '撰写知识文章'), ('review_article', '审核知识文章'), ('publish_article', '发布和停用知识文章')],
                    'default_permissions': ('view',),
                },
            ),
            migrations.CreateModel(
                name='ArticleVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(verbose_name='版本号')),
                    ('title', models.CharField(max_length=120, verbose_name='标题')),
                    ('question', models.TextField(max_length=1000, verbose_name='问题')),
                    ('answer', models.TextField(max_length=8000, verbose_name='解答')),
                    ('state', models.CharField(choices=[('draft', '草稿'), ('reviewed', '已审核'), ('published', '已发布'), ('retired', '已停用')], default='draft', max_length=9, verbose_name='状态')),
                    ('drafted_at', models.DateTimeField(verbose_name='撰写时间')),
                    ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='审核时间')),
                    ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='发布时间')),
                    ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
                    ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='sla.article', verbose_name='知识文章')),
                    ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撰写人')),
                    ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审核人')),
                ],
                options={
                    'verbose_name': '文章版本',
                    'verbose_name_plural': '文章版本',
                    'ordering': ['article', '-number'],
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='ArticleUse',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('solved', '解决了问题'), ('useful', '有用'), ('useless', '没有用'), ('linked', '链接到报告')], max_length=7, verbose_name='类型')),
                    ('at', models.DateTimeField(verbose_name='时间')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                    ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='article_uses', to='sla.ticket', verbose_name='故障报告')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='sla.articleversion', verbose_name='文章版本')),
                ],
                options={
                    'verbose_name': '文章使用',
                    'verbose_name_plural': '文章使用',
                    'ordering': ['pk'],
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='Rating',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('cycle', models.PositiveSmallIntegerField(verbose_name='第几次关闭')),
                    ('score', models.PositiveSmallIntegerField(choices=[(1, '1 分 很不满意'), (2, '2 分 不满意'), (3, '3 分 一般'), (4, '4 分 满意'), (5, '5 分 很满意')], verbose_name='评分')),
                    ('words', models.TextField(blank=True, max_length=1000, verbose_name='评价')),
                    ('closed_at', models.DateTimeField(verbose_name='关闭时间')),
                    ('at', models.DateTimeField(verbose_name='评价时间')),
                    ('follow_up', models.CharField(choices=[('none', '无需回访'), ('open', '待回访'), ('done', '已回访')], default='none', max_length=4, verbose_name='回访')),
                    ('followed_at', models.DateTimeField(blank=True, null=True, verbose_name='回访时间')),
                    ('followed_note', models.TextField(blank=True, max_length=1000, verbose_name='回访结果')),
                    ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.agreement', verbose_name='协议')),
                    ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关闭时的负责人')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='评价人')),
                    ('followed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='回访人')),
                    ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='sla.ticket', verbose_name='故障报告')),
                ],
                options={
                    'verbose_name': '满意度评价',
                    'verbose_name_plural': '满意度评价',
                    'ordering': ['-at', '-pk'],
                    'permissions': [('follow_rating', '回访低分评价')],
                    'default_permissions': ('view',),
                },
            ),
            migrations.AddConstraint(
                model_name='article',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreement__isnull', True), ('audience__in', ['staff', 'party_b'])), models.Q(('agreement__isnull', False), ('audience', 'agreement')), _connector='OR'), name='article_audience_whole', violation_error_message='读者是一份协议的乙方时须选择协议，其他情况不选。'),
            ),
            migrations.AddConstraint(
                model_name='article',
                constraint=models.CheckConstraint(condition=models.Q(('category__in', ['access', 'interface', 'data', 'account', 'billing', 'other'])), name='article_category_known'),
            ),
            migrations.AddConstraint(
                model_name='articleversion',
                constraint=models.UniqueConstraint(fields=('article', 'number'), name='articlever_once'),
            ),
            migrations.AddConstraint(
                model_name='articleversion',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('article',), name='articlever_one_published'),
            ),
            migrations.AddConstraint(
                model_name='articleversion',
                constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'reviewed'])), fields=('article',), name='articlever_one_open', violation_error_message='这篇文章已有未发布的版本。'),
            ),
            migrations.AddConstraint(
                model_name='articleversion',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('question', ''), _negated=True), models.Q(('answer', ''), _negated=True)), name='articlever_words'),
            ),
            migrations.AddConstraint(
                model_name='articleversion',
                constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(('reviewed_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='articlever_two_persons', violation_error_message='审核人不能是撰写人。'),
            ),
            migrations.AddConstraint(
                model_name='articleversion',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('reviewed_at__isnull', True), ('state', 'draft')), models.Q(('published_at__isnull', True), ('reviewed_by__isnull', False), ('state', 'reviewed')), models.Q(('published_at__isnull', False), ('reviewed_by__isnull', False), ('state', 'published')), models.Q(('retired_at__isnull', False), ('state', 'retired')), _connector='OR'), name='articlever_stamps'),
            ),
            migrations.AddConstraint(
                model_name='articleuse',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'solved')), fields=('version', 'by'), name='articleuse_solved_once'),
            ),
            migrations.AddConstraint(
                model_name='articleuse',
                constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['useful', 'useless'])), fields=('version', 'by'), name='articleuse_one_vote'),
            ),
            migrations.AddConstraint(
                model_name='articleuse',
                constraint=models.UniqueConstraint(condition=models.Q(('kind', 'linked')), fields=('version', 'ticket'), name='articleuse_linked_once'),
            ),
            migrations.AddConstraint(
                model_name='articleuse',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'linked'), ('ticket__isnull', False)), models.Q(('kind__in', ['solved', 'useful', 'useless']), ('ticket__isnull', True)), _connector='OR'), name='articleuse_ticket_of_link'),
            ),
            migrations.AddIndex(
                model_name='rating',
                index=models.Index(fields=['agreement', 'closed_at'], name='rating_agreement_closed'),
            ),
            migrations.AddConstraint(
                model_name='rating',
                constraint=models.UniqueConstraint(fields=('ticket', 'cycle'), name='rating_once'),
            ),
            migrations.AddConstraint(
                model_name='rating',
                constraint=models.CheckConstraint(condition=models.Q(('score__range', (1, 5))), name='rating_score_range'),
            ),
            migrations.AddConstraint(
                model_name='rating',
                constraint=models.CheckConstraint(condition=models.Q(('at__gte', models.F('closed_at'))), name='rating_after_closing'),
            ),
            migrations.AddConstraint(
                model_name='rating',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('follow_up__in', ['open', 'done']), ('score__lte', 2)), models.Q(('follow_up', 'none'), ('score__gt', 2)), _connector='OR'), name='rating_low_followed'),
            ),
            migrations.AddConstraint(
                model_name='rating',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('follow_up', 'done'), ('followed_at__isnull', False), ('followed_by__isnull', False), models.Q(('followed_note', ''), _negated=True)), models.Q(('follow_up__in', ['none', 'open']), ('followed_at__isnull', True), ('followed_by__isnull', True)), _connector='OR'), name='rating_follow_up_whole', violation_error_message='回访须写明结果。'),
            ),
        ]),
        *frozen_when(
            "sla_articleversion", "OLD.state <> 'draft'", allowed_columns=("state", "published_at", "retired_at")
        ),
        *frozen_when("sla_articleversion", "OLD.state = 'retired'"),
        *frozen_when(
            "sla_rating",
            "OLD.follow_up <> 'done'",
            allowed_columns=("follow_up", "followed_by_id", "followed_at", "followed_note"),
        ),
        *frozen_when("sla_rating", "OLD.follow_up = 'done'"),
    ]
