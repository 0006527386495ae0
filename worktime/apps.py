"""When work counts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorktimeConfig(AppConfig):
    name = "worktime"
    verbose_name = _("工作时间")

    def ready(self) -> None:
        from journal import effects
        from worktime import publishing

        effects.register(
            publishing.KIND,
            publishing.publish,
            permission="worktime.publish_notice",
            label=_("公布节假日通知"),
            present=publishing.present,
        )
