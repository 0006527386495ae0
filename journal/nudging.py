"""The nudge: after a commit, hint to a worker that there is something to send, without making anybody wait.

Only a hint.  A broker that is down, slow or silent costs the person nothing: the sweep sends what a lost hint left.
"""

import logging
import threading
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger("journal.outbox")

SEND_TASK = "journal.tasks.send_notices"
_one_at_a_time = threading.Lock()


def nudge_on_commit() -> None:
    """Hint once when this transaction is committed, however often it is asked for."""
    waiting = transaction.get_connection().run_on_commit
    if not any(callback is nudge for _sids, callback, _robust in waiting):
        transaction.on_commit(nudge, robust=True)


def nudge_task(name: str) -> None:
    """Hint to run a task of the timetable now, when this transaction is committed."""
    transaction.on_commit(partial(_nudge_task, name), robust=True)


def _nudge_task(name: str) -> None:
    if current_app.conf.broker_url:
        threading.Thread(target=_hint, args=(name,), name="journal-nudge", daemon=True).start()


def nudge() -> None:
    """Publish the hint from a thread of its own; while one is on its way another is not needed."""
    if current_app.conf.broker_url and _one_at_a_time.acquire(blocking=False):
        threading.Thread(target=_publish, name="journal-nudge", daemon=True).start()


def _publish() -> None:
    try:
        _hint(SEND_TASK)
    finally:
        _one_at_a_time.release()


def _hint(name: str) -> None:
    try:
        current_app.send_task(name, retry=False, ignore_result=True)
    except (OSError, OperationalError) as error:
        log.warning("the broker took no hint, the sweep will send: %s", error)
