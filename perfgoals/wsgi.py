"""The web application, as a server loads it."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")

application = get_wsgi_application()

# Everything that the first request would load, so that nobody waits for it; and what is loaded stays to
# the end, so that no collection walks through it again: a full one held up a save for a tenth of a second.
get_resolver().url_patterns  # noqa: B018 - read for what it loads
gc.collect()
gc.freeze()
