"""Settings of the tests: the portal's own, with a fast hasher, eager tasks and folders of their own."""

import os
import tempfile

os.environ.setdefault("SHOUYUE_VAR_DIR", tempfile.mkdtemp(prefix="shouyue-test-"))

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
AXES_ENABLED = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
if name := os.environ.get("TEST_DB_NAME"):
    DATABASES["default"]["TEST"] = {"NAME": name}
