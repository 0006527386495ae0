"""The beat timetable: one line says what runs and when.  Tasks are named, not imported."""

from typing import Any

from celery.schedules import crontab
from django.conf import settings

TIMETABLE: dict[str, dict[str, Any]] = {
    "sweep clocks": {"task": "sla.tasks.sweep_clocks", "schedule": settings.SWEEP_SECONDS},
    "run replays": {"task": "sla.tasks.whatif.run_whatifs", "schedule": settings.SWEEP_SECONDS},
    "find drifted clocks": {"task": "sla.tasks.find_drift", "schedule": crontab(hour="2", minute="40")},
    "remind of ratings": {"task": "sla.tasks.rating.remind_ratings", "schedule": crontab(hour="9", minute="20")},
    "compute service credits": {
        "task": "sla.tasks.credits.compute_credits",
        "schedule": crontab(hour="5", minute="10"),
    },
    "follow maintenance": {"task": "sla.tasks.uptime.follow_maintenance", "schedule": settings.SWEEP_SECONDS},
    # Statutory reports have hours: half an hour may be half of the time.
    "watch security duties": {"task": "sla.tasks.uptime.watch_duties", "schedule": settings.SWEEP_SECONDS},
    "send notices": {"task": "journal.tasks.send_notices", "schedule": settings.SWEEP_SECONDS},
    "verify the chain": {"task": "journal.tasks.verify_chain", "schedule": crontab(hour="3", minute="10")},
    "anchor the chain": {"task": "journal.tasks.anchor_chain", "schedule": crontab(minute="5")},
    # Before the day's work, after the chain: what does not add up is told before anybody books on it.
    "verify the ledger": {"task": "billing.tasks.ledger.verify_ledger", "schedule": crontab(hour="3", minute="40")},
    # Soon after midnight: a period that begins today is there before its first use is taken in.
    "keep the periods": {"task": "billing.tasks.periods.keep_periods", "schedule": crontab(hour="0", minute="20")},
    "remind of bills": {"task": "billing.tasks.remind_due", "schedule": crontab(hour="8", minute="30")},
    # At nine the rate of the month is published; finance hears on the next morning, while the day is still long.
    "remind of the LPR": {"task": "billing.tasks.interest.remind_lpr", "schedule": crontab(hour="9", minute="10")},
    # In the morning, before the reminders of bills: a deadline that passed yesterday is told of today.
    "follow statements": {
        "task": "billing.tasks.statements.follow_statements",
        "schedule": crontab(hour="8", minute="10"),
    },
    # A person waits for it on the page; what a crash left undone is taken up again.
    "run invoices": {"task": "billing.tasks.runs.run_invoices", "schedule": settings.SWEEP_SECONDS},
    # After the reminders of the morning, when the bank's receipts of the day before are in.
    "follow demands": {"task": "billing.tasks.dunning.follow_demands", "schedule": crontab(hour="8", minute="55")},
    # A service that is paid for comes back soon: a person is asked within a quarter of an hour.
    "review suspensions": {"task": "billing.tasks.dunning.review_stops", "schedule": crontab(minute="*/15")},
    "recount due dates": {"task": "billing.tasks.recount_due_dates", "schedule": crontab(hour="4", minute="20")},
    "run usage files": {"task": "billing.tasks.uploads.run_uploads", "schedule": settings.SWEEP_SECONDS},
    # Before the offices open, after the night's deliveries of the metering systems.
    "find usage anomalies": {
        "task": "billing.tasks.anomalies.find_anomalies",
        "schedule": crontab(hour="6", minute="30"),
    },
    "keep the PDFs": {"task": "billing.tasks.keep_pdfs", "schedule": crontab(minute="35")},
    "count the clause boards": {"task": "contracts.tasks.boards.tally_boards", "schedule": crontab(minute="*/20")},
    "warn of expiries": {
        "task": "contracts.tasks.controls.warn_of_expiries",
        "schedule": crontab(hour="8", minute="50"),
    },
    "warn of rectification": {
        "task": "contracts.tasks.controls.warn_of_violations",
        "schedule": crontab(hour="8", minute="45"),
    },
    "remind of usage rules": {
        "task": "contracts.tasks.controls.remind_rules",
        "schedule": crontab(hour="8", minute="40"),
    },
    "watch sharing": {"task": "contracts.tasks.sharing.watch_sharing", "schedule": crontab(hour="7", minute="50")},
    "make occurrences": {"task": "contracts.tasks.make_occurrences", "schedule": crontab(hour="1", minute="20")},
    # Through the morning, so that an outage at eight costs nobody the letter; it goes out once a day.
    "send the digests": {"task": "contracts.tasks.send_digests", "schedule": crontab(hour="8-11", minute="*/15")},
    "remind of limitations": {
        "task": "contracts.tasks.limiting.remind_limitations",
        "schedule": crontab(hour="8", minute="40"),
    },
    "move agreements": {"task": "contracts.tasks.life.move_agreements", "schedule": crontab(minute="1")},
    "remind of endings": {"task": "contracts.tasks.life.remind_endings", "schedule": crontab(hour="8", minute="20")},
    "refresh the search": {"task": "contracts.tasks.searching.refresh_search", "schedule": crontab(minute="*/15")},
    "end old requests": {"task": "journal.tasks.expire_approvals", "schedule": crontab(minute="15")},
}
if settings.MAIL_IN:
    TIMETABLE["take mail"] = {"task": "sla.tasks.mail.take_mail", "schedule": crontab(minute="*")}
