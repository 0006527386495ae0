"""Load the sample: a Party A, three Party Bs, agreements, tickets in every state, invoices in every state."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from contracts import indexing, panorama
from contracts.bundled import load_bundled_templates
from people.models import User
from portal.sample.access import make_access
from portal.sample.agreements import make_agreements, make_hours
from portal.sample.answers import make_answers
from portal.sample.arrears import make_arrears
from portal.sample.bank import make_bank
from portal.sample.breaching import make_cases
from portal.sample.controls import make_controls
from portal.sample.corrections import make_corrections
from portal.sample.credits import make_credits
from portal.sample.desk import make_desk, use_desk
from portal.sample.drafting import make_draftings
from portal.sample.dunning import make_dunning
from portal.sample.duties import make_duties
from portal.sample.formal import make_formal
from portal.sample.interest import make_interest
from portal.sample.invoices import make_invoices
from portal.sample.life import make_lives
from portal.sample.moments import Moments
from portal.sample.organisations import make_identities
from portal.sample.papers import make_papers
from portal.sample.people import BODIES, PASSWORD, STAFF, make_people
from portal.sample.quality import make_quality
from portal.sample.rates import make_tax_rates
from portal.sample.reports import make_month, make_whatif
from portal.sample.sharing import make_sharing
from portal.sample.statements import make_runs, make_statements
from portal.sample.supplements import make_supplements
from portal.sample.telling import make_endpoints, make_letters, make_rules
from portal.sample.tickets import make_tickets
from portal.sample.uptime import make_uptime
from portal.sample.usage import send_files
from worktime.calendars import current_version, load_bundled, work_calendar, workday_calendar


class Command(BaseCommand):
    """The same rows for the same --on."""

    help = "Load sample data into a new database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="the day the sample is made for (default: today)")
        parser.add_argument("--if-new", action="store_true", help="do nothing when there are accounts already")
        parser.add_argument("--accounts", action="store_true", help="only print the sample accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._print_accounts()
            return
        if User.objects.exists():
            if options["if_new"]:
                if User.objects.filter(username=STAFF[0][0]).exists():
                    self._print_accounts()
                return
            raise CommandError("这个数据库已经有账号，示例数据只装入新库。/ Sample data goes into a new database only.")
        self._load(_present(options["on"]))
        self._print_accounts()

    def _load(self, now: datetime) -> None:
        with transaction.atomic():
            calendar = load_bundled()
            load_bundled_templates(at=now)
            version = current_version(calendar)
            people = make_people()
            hours = make_hours(calendar)
            moments = Moments(now, work_calendar(hours, version), workday_calendar(version))
            make_identities(people, today=moments.today)
            make_tax_rates(people, today=moments.today)
            agreements = make_agreements(people, hours, today=moments.today)
            make_draftings(people, hours, today=moments.today)
            make_invoices(people, agreements, moments)
            make_interest(people, agreements, moments)
            make_corrections(people, agreements, moments)
            make_formal(people, agreements, moments)
            make_papers(people, agreements)
            make_controls(people, agreements, moments)
            make_sharing(people, agreements, moments)
            make_duties(people, agreements, moments)
            make_cases(people, agreements, moments)
            make_supplements(people, agreements, moments)
            make_access(people, agreements, moments)
            make_lives(people, agreements, hours, moments)
            make_dunning(people, agreements, hours, moments)
            make_statements(people, agreements, moments)
            make_runs(people, moments)
            make_arrears(people, moments)
            make_rules(people, agreements, make_endpoints(people, at=now), at=now)
        # The sweep between the tickets commits each clock by itself, as it does at work.
        make_desk(people, agreements, moments)
        make_month(people, agreements, moments)
        make_tickets(people, agreements, moments)
        make_letters(moments)
        make_whatif(people, moments)
        make_quality(people, agreements, moments)
        with transaction.atomic():
            make_uptime(people, agreements, moments)
        make_answers(people, agreements, moments)
        make_credits(people, moments)
        send_files(people, agreements, moments)
        use_desk(people, agreements, moments)
        with transaction.atomic():
            make_bank(people, agreements, moments)
        panorama.tally_all(at=now)
        indexing.refresh(at=now)

    def _print_accounts(self) -> None:
        self.stdout.write(f"\n示例账号（口令都是 {PASSWORD}）/ sample accounts, one password for all:")
        for username, name, department, role in STAFF:
            self.stdout.write(f"  {username:<12} {name}  {department}  ({role})")
        for body, _uscc, _kind, username, name, _address in BODIES:
            self.stdout.write(f"  {username:<12} {name}  {body}  (Party B)")


def _present(day: date | None) -> datetime:
    """Now; or, for a given day, its 15:00, so that the sample is the same whenever it is made."""
    if day is None:
        return timezone.now()
    return datetime.combine(day, time(15), ZoneInfo("Asia/Shanghai"))
