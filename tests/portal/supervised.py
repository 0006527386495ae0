"""Supervise programs given as JSON {name: source}: python -m tests.portal.supervised <JSON> <stop within> <tries>."""

import json
import os
import sys

from django.conf import settings

from portal import supervise

settings.configure(USE_I18N=False)
supervise.TRIES = int(sys.argv[3])
PROGRAMS = [supervise.Program(name, [sys.executable, "-c", code]) for name, code in json.loads(sys.argv[1]).items()]
sys.exit(
    supervise.Supervisor(
        PROGRAMS,
        say=lambda name, line: print(f"{name}: {line}", flush=True),  # noqa: T201
        environment=os.environ,
        stop_within=float(sys.argv[2]),
    ).run()
)
