"""Settings of gunicorn: gunicorn -c python:portal.webserver portal.wsgi.

WEB_CONCURRENCY is the number of processes; FORWARDED_ALLOW_IPS names the proxies whose headers count.
"""

import os
from typing import Any

from portal.tether import die_with

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 2000
max_requests_jitter = 200
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
control_socket_disable = True
loglevel = "warning"


def post_fork(server: Any, worker: Any) -> None:
    """No process that answers requests outlives the one that watches it."""
    die_with(server.pid)
