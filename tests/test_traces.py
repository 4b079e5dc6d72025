"""No write without a trace: by looking at the code, and by watching the statements of what people do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from perfgoals.accounts.models import Unit, User
from perfgoals.common.audit import record
from perfgoals.common.jobs import start_job, tidy_jobs
from perfgoals.common.models import AuditAction, Job
from projects.models import Form
from scoring.tasks import make_booklet
from tests.admin.workbooks import UNITS, confirm, upload, workbook
from tests.cast import BUREAU, Cast, cast, client_of
from tests.drafts import copied_declaration, put, send
from tests.tracing import EXEMPT, EXEMPT_COLUMNS, leaves_a_trace, traced, watching

__all__ = ["cast", "client_of"]

ClientOf = Callable[[str], Client]

# What changes data, as calls are named in Django.
WRITES = frozenset(
    {
        "abulk_create",
        "acreate",
        "adelete",
        "asave",
        "aupdate",
        "bulk_create",
        "bulk_update",
        "create",
        "create_superuser",
        "create_user",
        "delete",
        "execute",
        "executemany",
        "get_or_create",
        "raw_delete",
        "save",
        "set_password",
        "update",
        "update_or_create",
    }
)

# The ways of ``perfgoals.common.bulk``, which are called by their names.
BULK_WRITES = frozenset({"insert_rows", "insert_values", "update_rows"})

# Where changes of data belong; those watched by the walk below.
ROOMS = (
    "/services/",
    "/services.py",
    "/management/commands/",
    "/migrations/",
    "perfgoals/common/admin_records.py",
    "perfgoals/common/audit.py",
    "perfgoals/common/bulk.py",
    "perfgoals/common/exchange/resources.py",
    "perfgoals/common/grants.py",
    "perfgoals/common/jobs.py",
)

# Elsewhere: module and call → why it needs no service.
EXCEPTIONS = {
    ("indicators/values/reading.py", "places.update"): "a set",
    ("perfgoals/accounts/resources.py", "held.delete"): "import: recorded row by row",
    ("perfgoals/accounts/resources.py", "held.save"): "import: recorded row by row",
    ("perfgoals/accounts/resources.py", "Membership.objects.bulk_create"): "import: as above",
    ("perfgoals/accounts/resources.py", "instance.set_password"): "import: saved with its row",
    ("perfgoals/common/embedded_postgres/client.py", "self.connection.settings_dict.update"): (
        "a dictionary"
    ),
    ("perfgoals/common/embedded_postgres/server.py", "cursor.execute"): "makes the database itself",
    ("perfgoals/common/exchange/views.py", "default_storage.delete"): "an upload on its way",
    ("perfgoals/common/exchange/views.py", "default_storage.save"): "an upload on its way",
    ("perfgoals/common/printing/store.py", "digest.update"): "a checksum",
    ("perfgoals/common/querysets.py", "cursor.execute"): "a SELECT",
    ("perfgoals/common/workbooks/extent.py", "self.hidden_columns.update"): "a set",
    ("perfgoals/common/workbooks/marking_child.py", "book.save"): "a workbook",
    ("perfgoals/common/workbooks/writer.py", "workbook.save"): "a workbook",
    ("scoring/api/attachments.py", "router.delete"): "a route of the interface",
    ("scoring/tasks.py", "Job.objects.filter(pk=job.pk).update"): "a heartbeat",
}

SOURCES = ("projects", "indicators", "scoring", "perfgoals")


# By looking at the code


def raw_writes(code: str) -> Iterator[tuple[int, str]]:
    """Line and text of each call in the code that may change data."""
    for node in ast.walk(ast.parse(code)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
        ):
            yield node.lineno, ast.unparse(node.func)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in BULK_WRITES
        ):
            yield node.lineno, node.func.id


def modules() -> Iterator[tuple[str, str]]:
    root = Path(settings.BASE_DIR)
    for app in SOURCES:
        for file in sorted((root / app).rglob("*.py")):
            name = file.relative_to(root).as_posix()
            if not any(room in f"/{name}" or name == room for room in ROOMS):
                yield name, file.read_text()


def test_data_are_changed_by_services_only() -> None:
    strays = [
        f"{name}:{line} {call}"
        for name, code in modules()
        for line, call in raw_writes(code)
        if (name, call) not in EXCEPTIONS
    ]
    assert strays == []


def test_every_exception_is_still_needed() -> None:
    present = {(name, call) for name, code in modules() for _, call in raw_writes(code)}
    assert sorted(set(EXCEPTIONS) - present) == []


@pytest.mark.parametrize(
    "code",
    [
        "Form.objects.filter(pk=1).update(status='published')",
        "form.save()",
        "Form.objects.bulk_update(forms, ['status'])",
        "with connection.cursor() as cursor:\n    cursor.execute('DELETE FROM projects_form')",
    ],
)
def test_a_stray_write_would_be_found(code: str) -> None:
    assert list(raw_writes(code))


def test_what_is_exempt_says_why() -> None:
    assert all(EXEMPT.values())
    assert all(EXCEPTIONS.values())
    assert "projects_form" not in EXEMPT
    assert "accounts_membership" not in EXEMPT
    assert "status" not in EXEMPT_COLUMNS.get("projects_form", ())


# The watch itself


def test_an_untraced_write_is_found(cast: Cast, db: None) -> None:
    with (
        pytest.raises(AssertionError, match=r"写了数据而没有审计日志.*projects_form"),
        leaves_a_trace(),
    ):
        Form.objects.filter(pk=cast.planning.pk).update(status="draft")


@pytest.mark.parametrize("savepoint", [True, False])
def test_an_entry_in_another_transaction_does_not_count(
    cast: Cast, db: None, savepoint: bool
) -> None:
    with watching() as watch:
        with transaction.atomic(savepoint=savepoint):
            Unit.objects.create(code="98", name="某局")
        with transaction.atomic(savepoint=savepoint):
            record(AuditAction.CREATED, "新增单位")
    assert watch.untraced == [{"accounts_unit"}]


def test_an_entry_that_is_rolled_back_does_not_count(cast: Cast, db: None) -> None:
    with watching() as watch, transaction.atomic():
        Unit.objects.create(code="98", name="某局")
        with transaction.atomic():
            record(AuditAction.CREATED, "新增单位")
            transaction.set_rollback(True)
    assert watch.untraced == [{"accounts_unit"}]


def test_what_is_rolled_back_needs_no_entry(cast: Cast, db: None) -> None:
    with leaves_a_trace(writes=False), transaction.atomic():
        Unit.objects.create(code="98", name="某局")
        transaction.set_rollback(True)


def test_stamps_of_use_need_none(cast: Cast, db: None) -> None:
    with leaves_a_trace(writes=False):
        User.objects.filter(pk=cast.viewer.pk).update(last_login=None)
    with pytest.raises(AssertionError, match="accounts_user"), leaves_a_trace():
        User.objects.filter(pk=cast.viewer.pk).update(last_login=None, is_staff=True)


def test_a_request_that_writes_untraced_is_found(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate fault: a service that forgets the log."""
    form = draft(cast)
    monkeypatch.setattr("projects.services.forms.record", lambda *args, **told: None)
    with pytest.raises(AssertionError, match="写了数据而没有审计日志"), leaves_a_trace():
        send(
            client_of("preparer"),
            "PATCH",
            f"/forms/{form.pk}",
            {"version": form.version, "changes": [put("annual_goal", "新的目标")]},
        )


# The walk: what people do, page by page


def draft(cast: Cast, *, year: int = 2027) -> Form:
    return copied_declaration(cast.preparer, cast.form("信息化运维项目", 2026), year=year)


@pytest.fixture
def form(cast: Cast, db: None) -> Form:
    return draft(cast)


def test_filling_and_going_back(client_of: ClientOf, form: Form) -> None:
    client, address = client_of("preparer"), f"/forms/{form.pk}"
    change = {"version": form.version, "changes": [put("annual_goal", "新的目标")]}
    assert traced(lambda: send(client, "PATCH", address, change)).status_code == 200
    form.refresh_from_db()
    restore = {"version": form.version, "number": 1}
    assert traced(lambda: send(client, "POST", f"{address}/restore", restore)).status_code == 200
    with leaves_a_trace(writes=False):
        send(client, "POST", f"{address}/presence", {"tab": "a"})


def test_confirming_what_was_copied(client_of: ClientOf, form: Form) -> None:
    client, address = client_of("preparer"), f"/forms/{form.pk}"
    assert form.unconfirmed
    document = send(client, "GET", address).json()["document"]
    name = next(one for one in form.unconfirmed if one.startswith("funds."))
    value = document["funds"][name.removeprefix("funds.")]
    change = {"version": form.version, "changes": [put(name, value)]}
    assert traced(lambda: send(client, "PATCH", address, change)).status_code == 200


def test_beginning_a_form(cast: Cast, client_of: ClientOf, form: Form) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    project = {"name": "低碳宣传", "unit": str(bureau.pk), "nature": "其他一次性项目"}
    data = {"kind": "declaration", "year": "2027", "project": "new", "way": "blank", **project}
    with leaves_a_trace():
        client_of("preparer").post("/forms/new/", data)


def test_evidence(client_of: ClientOf, form: Form) -> None:
    client, page = client_of("preparer"), f"/forms/{form.pk}/attachments/"
    file = SimpleUploadedFile("合同.pdf", b"%PDF-1.7 x")
    assert traced(lambda: client.post(page, {"file": file})).status_code == 302
    number = form.attachments.get().pk
    with leaves_a_trace(writes=False) as watch:
        client.get(f"{page}{number}/")
    assert watch.entries == 1
    assert traced(lambda: client.post(f"{page}{number}/remove/")).status_code == 302


@pytest.mark.parametrize("page", ["pdf/", "json/", "workbook/"])
def test_what_leaves_is_recorded(cast: Cast, client_of: ClientOf, page: str) -> None:
    with leaves_a_trace(writes=False) as watch:
        client_of("viewer").get(f"/forms/{cast.planning.pk}/{page}")
    assert watch.entries == 1


def test_a_job_from_its_order_to_its_end(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = Unit.objects.get(name=BUREAU)
    parameters = {"year": 2020, "kind": "self_evaluation", "unit": unit.pk}
    client = client_of("viewer")
    traced(lambda: client.post("/booklets/", parameters))
    job = Job.objects.get()
    monkeypatch.setattr("scoring.tasks.print_booklet", lambda *args, **options: b"%PDF-1.7")
    with leaves_a_trace(writes=False):
        make_booklet.call(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    with leaves_a_trace(writes=False) as watch:
        client.get(f"/jobs/{job.pk}/result/")
    assert watch.entries == 1


def test_a_job_cancelled_and_tidied_away(cast: Cast, client_of: ClientOf) -> None:
    def order() -> Job:
        return start_job(make_booklet, kind="booklet", title="册", owner=cast.viewer, parameters={})

    job = traced(order)
    traced(lambda: client_of("viewer").post(f"/jobs/{job.pk}/cancel/"))
    Job.objects.filter(pk=job.pk).update(finished_at="2020-01-01T00:00:00Z")
    assert traced(tidy_jobs) == 1


def test_people_and_units_in_the_admin(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("admin")
    fields = {"code": "99", "name": "某局", "parent": "", "is_active": "on"}
    traced(lambda: client.post(f"{UNITS}add/", fields))
    unit = Unit.objects.get(code="99")
    traced(lambda: client.post(f"{UNITS}{unit.pk}/change/", {**fields, "name": "某厅"}))
    traced(lambda: client.post(f"{UNITS}{unit.pk}/delete/", {"post": "yes"}))
    rows = workbook(["单位编码", "单位名称"], ["98", "某院"])
    with leaves_a_trace(writes=False):
        preview = upload(client, UNITS, rows)
    traced(lambda: confirm(client, UNITS, preview))
    assert Unit.objects.filter(code="98").exists()


def test_tokens(client_of: ClientOf) -> None:
    client = client_of("preparer")
    traced(lambda: client.post("/tokens/", {"name": "取数"}))
    token = User.objects.get(username="preparer").api_tokens.get()
    traced(lambda: client.post(f"/tokens/{token.pk}/revoke/"))
