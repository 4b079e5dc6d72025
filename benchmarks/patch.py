"""How long the server takes for a PATCH of one cell of the longest published form (62 rows).

Run by hand on an idle machine: ``python -m benchmarks.patch [rounds]``. It works in a database of its
own, which is removed afterwards. Prints the median and the slowest of the rounds and the number of
queries, those for the session and the person included.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")

# As a server loads the application, whose start-up is part of what is measured here.
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import (
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

import perfgoals.wsgi  # noqa: F401
from perfgoals.accounts.models import User
from projects.models import Form
from scoring.services import start_declaration

LIMIT = 40
"""Milliseconds that one PATCH may take."""

WARMING_UP = 5


class Typist:
    """Somebody who goes on typing into one cell."""

    def __init__(self, form: Form, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.address = f"/api/forms/{form.pk}"
        self.version = form.version

    def patch(self) -> float:
        """Type the next value. Returns how long the answer took (milliseconds)."""
        value = f"≥{self.version}.00(家)"
        change = {"op": "set", "path": "indicators.30.target", "value": value}
        body = json.dumps({"version": self.version, "changes": [change]})
        start = time.perf_counter()
        response = self.client.patch(self.address, body, content_type="application/json")
        taken = (time.perf_counter() - start) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{response.status_code} {response.content.decode()}")
        self.version += 1
        return taken


def longest_form() -> Form:
    """A draft that says what the published form with the most rows says."""
    call_command("load_published", verbosity=0)
    call_command("create_demo_users", verbosity=0)
    published = Form.objects.get(year=2026, project__name="移动源管理技术支持")
    user = User.objects.get(username="preparer")
    return start_declaration(project=published.project, year=2027, by=user, copy_of=published)


def main(rounds: int) -> None:
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        typist = Typist(longest_form(), User.objects.get(username="preparer"))
        for _ in range(WARMING_UP):
            typist.patch()
        taken = [typist.patch() for _ in range(rounds)]
        with CaptureQueriesContext(connection) as queries:
            typist.patch()
    finally:
        teardown_databases(databases, verbosity=0)
    print(
        f"{rounds} 次：中位 {statistics.median(taken):.1f} 毫秒，最慢 {max(taken):.1f} 毫秒"
        f"（上限 {LIMIT} 毫秒）；每次 {len(queries)} 条查询"
    )
    if os.environ.get("SHOW_QUERIES"):
        print(*(query["sql"][:150] for query in queries.captured_queries), sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
