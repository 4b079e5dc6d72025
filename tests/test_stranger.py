"""Tried as somebody whom none of it concerns, and as somebody who plays foul: nothing leaks, nothing
changes, nothing breaks, and the attempt is in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from perfgoals.accounts.models import Membership, User
from perfgoals.accounts.services import create_api_token
from perfgoals.common.models import AuditAction, AuditEntry
from projects.models import Form
from projects.workflow import Status
from tests.cast import Cast, make_cast
from tests.deadlines import in_days
from tests.drafts import put, send
from tests.rights.asking import ask, content
from tests.rights.stage import PDF, Stage, furnish, make_stage
from tests.rights.table import DONE, LINES, Line
from tests.submitted import submitted_evaluation
from tests.tracing import watching

HUGE = "9" * 20
NONSENSE = (
    *("x", "-1", "0", HUGE, "１", "1e9", "[]", "' OR 1=1 --", "<script>alert(1)</script>", "\x00"),
    *("2020-13-45", "%", "../../etc/passwd", "\ud7ff\uffff", "字" * 3_000),
)
OTHER_HOSTS = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def made(cast: Cast) -> Stage:
    return make_stage(cast)


@pytest.fixture
def stage(made: Stage, db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("perfgoals.accounts.services.sessions._NOTED_EVERY", 3_600)
    furnish(made)
    return made


@pytest.fixture
def own(stage: Stage, cast: Cast) -> Form:
    """The stranger's own form, returned."""
    form = submitted_evaluation(stage.people["stranger"], cast.form("海洋生态环境保护", 2024))
    Form.objects.filter(pk=form.pk).update(status="returned")
    return Form.objects.get(pk=form.pk)


def secrets(stage: Stage) -> tuple[str, ...]:
    """What only the other unit and those above it know."""
    return (
        stage.evaluation.project_name,
        stage.declaration.project_name,
        stage.comment.text,
        stage.answer.text,
        stage.waiver.reason,
        stage.sample.name,
    )


def refused(stage: Stage, act: Any, *statuses: int, logged: bool = True) -> Any:
    """Do something that must come to nothing. Returns the answer."""
    before = AuditEntry.objects.latest("id").pk
    with watching() as watch:
        response = act()
    told = content(response)
    assert response.status_code in statuses, (response.status_code, told[:500])
    assert watch.written == set()
    if stage.person in {"stranger", "newcomer", "lapsed"}:
        assert [one for one in secrets(stage) if one in told] == []
    if logged:
        denied = AuditEntry.objects.filter(pk__gt=before, action=AuditAction.DENIED.value)
        assert denied.exists(), "没有记入日志"
    return response


# Numbers of others


@pytest.mark.parametrize("person", ["stranger", "newcomer", "lapsed"])
def test_changed_numbers_in_addresses(stage: Stage, person: str) -> None:
    """Every address that names something of the other unit's; the same with numbers there are none of."""
    tried = 0
    for line in LINES:
        if line.address is None and not line.about:
            continue
        if line.rule(person, Status.SUBMITTED) is DONE:
            continue
        with stage.standing(line.about, Status.SUBMITTED if line.about else None):
            real = refused(stage, lambda line=line: ask(stage, line, person), 403, 404)
            numbers = line.arguments(stage)
            if real.status_code == 404 and isinstance(numbers[0], int):
                nowhere = [987_654_321, *numbers[1:]]
                assert ask(stage, line, person, arguments=nowhere).status_code == 404
                tried += 1
    assert tried > 40


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/forms/{own}/attachments/{attachment}/"),
        ("POST", "/forms/{own}/attachments/{attachment}/remove/"),
        ("GET", "/api/forms/{own}/attachments/{attachment}"),
        ("DELETE", "/api/forms/{own}/attachments/{attachment}"),
        ("POST", "/api/forms/{own}/comments/{comment}/answers"),
        ("POST", "/api/forms/{own}/comments/{answer}/answers"),
        ("POST", "/api/forms/{own}/comments/{comment}/resolve"),
        ("POST", "/api/forms/{own}/waivers/{waiver}/revoke"),
        ("GET", "/forms/{own}/opinion/?review={review}"),
        ("GET", "/forms/{own}/pdf/?version=1"),
        ("GET", "/forms/{own}/versions/987/"),
        ("GET", "/forms/{own}/versions/compare/?before=987"),
        ("GET", "/api/forms/{own}/versions/987"),
        ("GET", "/api/library?form={other}"),
        ("GET", "/jobs/{job}/"),
        ("GET", "/jobs/{job}/result/"),
        ("POST", "/jobs/{job}/cancel/"),
        ("POST", "/jobs/{job}/resume/"),
        ("POST", "/tokens/{token}/revoke/"),
        ("POST", "/account/sessions/{session}/end/"),
        ("GET", "/samples/{sample}/"),
        ("GET", "/samples/{sample}/items/1/"),
        ("POST", "/samples/{sample}/leave/{leave}/end/"),
    ],
)
def test_what_belongs_to_others_under_ones_own(
    stage: Stage, own: Form, method: str, address: str
) -> None:
    address = address.format(
        own=own.pk,
        other=stage.evaluation.pk,
        attachment=stage.attachment.pk if stage.attachment else 0,
        comment=stage.comment.pk,
        answer=stage.answer.pk,
        waiver=stage.waiver.pk,
        review=stage.evaluation.reviews.earliest("id").pk,
        job=stage.job.pk,
        token=stage.token.pk,
        session=stage.session,
        sample=stage.sample.pk,
        leave=stage.leave.pk,
    )
    client = stage.client("stranger")
    body = json.dumps({"text": "我来答复", "resolved": True})
    named = not address.startswith("/api/library")
    refused(
        stage,
        lambda: client.generic(method, address, body, content_type="application/json"),
        404,
        logged=named,
    )


def test_rows_of_another_form_in_ones_own_review(stage: Stage, own: Form) -> None:
    """A score for a row that the form has not."""
    codes = stage.evaluation.self_evaluation.results.values_list("code", flat=True)
    Form.objects.filter(pk=own.pk).update(status="submitted")
    client = stage.client("auditor")
    address = f"/forms/{own.pk}/review"
    for code in (*codes, "", "x" * 60, "x" * 61):
        body = {"edits": 0, "rows": [{"row_code": code, "score": 1, "remark": "改"}]}
        refused(stage, lambda body=body: send(client, "PATCH", address, body), 422, logged=False)


@pytest.mark.parametrize("person", ["stranger", "newcomer", "lapsed"])
def test_lists_show_nothing_of_others(stage: Stage, own: Form, person: str) -> None:
    client = stage.client(person)
    name = stage.evaluation.project_name
    for page in (
        *("/", "/forms/", f"/forms/?q={name}", "/review/", f"/review/?q={name}", "/samples/"),
        *("/booklets/", "/jobs/", "/tokens/", "/api/forms", f"/api/forms?q={name}"),
        f"/api/forms?unit={stage.evaluation.project.unit_id}",
    ):
        response = client.get(page)
        assert response.status_code == 200, page
        told = content(response)
        hidden = [one for one in secrets(stage) if one in told.replace(f'value="{name}"', "")]
        assert hidden == [], page


def test_a_batch_with_numbers_of_others_tells_nothing(stage: Stage, own: Form) -> None:
    client = stage.client("stranger")
    form = stage.evaluation
    body = {"action": "return", "text": "退", "form": [f"{form.pk}:{form.version}", f"{HUGE}:1"]}
    for page in ("/review/batch/", "/review/batch/apply/"):
        answer = refused(stage, lambda page=page: client.post(page, body), 200, logged=False)
        assert "没有这份表，或不在您的范围内" in content(answer)


def test_copying_and_filling_from_what_one_cannot_see(stage: Stage, own: Form) -> None:
    client = stage.client("stranger")
    declaration = stage.declaration
    body = {"kind": "declaration", "project": own.project_id, "year": 2027}
    answer = refused(
        stage,
        lambda: send(client, "POST", "/forms", {**body, "copy_of": declaration.pk}),
        404,
    )
    assert declaration.project_name not in content(answer)
    for project in (declaration.project_id, -1, 10**12, 10**30):
        sent = {**body, "project": project}
        refused(stage, lambda sent=sent: send(client, "POST", "/forms", sent), 404, logged=False)
    page = {**body, "way": "other", "copy_of": declaration.pk}
    refused(stage, lambda: client.post("/forms/new/", page), 422, logged=False)


# The same again, and versions that are not the one that was seen


def test_the_same_request_twice(stage: Stage) -> None:
    """Each step taken by who may; sent again, as a browser does after going back."""
    tried = 0
    for line in LINES:
        is_step = line.name.startswith("scoring:form-") and line.method == "POST" and line.about
        if not is_step and line.name not in {"api:form_patch", "api:version_restore"}:
            continue
        for person, status in _who_may(line):
            with stage.standing(line.about, status):
                body = line.body(stage) if line.body else None
                if body is None or "file" in body:
                    continue
                stage.person = person
                first = ask(stage, line, person)
                assert first.status_code == line.done, (line.name, content(first)[:300])
                again = refused(
                    stage, lambda line=line, person=person: ask(stage, line, person), 409
                )
                assert again.status_code == 409
                tried += 1
    assert tried >= 13


def _who_may(line: Line) -> Iterator[tuple[str, Status]]:
    """The first who may, in the first status in which they may."""
    for status in Status:
        for person in ("preparer", "unit_reviewer", "auditor"):
            if line.rule(person, status) is DONE:
                yield person, status
                return


FORGED: tuple[Any, ...] = (0, -1, 1, HUGE, 10**30, "x", "", None, "1.5", 1.5, [], {}, True, "１")


@pytest.mark.parametrize("version", FORGED, ids=repr)
def test_forged_versions(stage: Stage, version: Any) -> None:
    """On every step, as page and through the interface; and where none is given."""
    for line in LINES:
        body = line.body(stage) if line.body and line.about else None
        if not isinstance(body, dict) or "version" not in body:
            continue
        for person, status in _who_may(line):
            with stage.standing(line.about, status):
                sent = {**body, "version": version}
                if version is None:
                    del sent["version"]
                elif not line.is_api:
                    sent["version"] = str(version)
                refused(
                    stage,
                    lambda line=line, person=person, sent=sent: ask(stage, line, person, body=sent),
                    *(404, 409, 422),
                    logged=False,
                )


@pytest.mark.parametrize("edits", FORGED[:2] + FORGED[3:12], ids=repr)
def test_forged_states_of_a_review(stage: Stage, edits: Any) -> None:
    client = stage.client("auditor")
    address = f"/forms/{stage.evaluation.pk}/review"
    first = send(client, "PATCH", address, {"edits": 0, "opinion": "较好"})
    assert first.status_code == 200
    body = {"edits": edits, "opinion": "很差"}
    refused(stage, lambda: send(client, "PATCH", address, body), 409, 422, logged=False)


@pytest.mark.parametrize("number", ["0", "-1", HUGE, "x", "1.5", "\x00"])
def test_versions_that_there_are_none_of(stage: Stage, number: str) -> None:
    client = stage.client("preparer")
    base = f"/forms/{stage.evaluation.pk}"
    for address in (
        f"{base}/versions/{number}/",
        f"{base}/versions/{number}/restore/",
        f"{base}/versions/compare/?before={number}",
        f"{base}/versions/compare/?before=1&after={number}",
        f"{base}/pdf/?version={number}",
        f"{base}/opinion/?review={number}",
        f"/forms/{number}/",
        f"/api/forms/{number}",
        f"/api{base}/versions/{number}",
        f"/api{base}/diff?before={number}",
        f"/samples/{number}/",
        f"/log/{number}/",
        f"/jobs/{number}/",
    ):
        answer = client.get(address)
        assert answer.status_code in {403, 404, 422}, (address, answer.status_code)


# Tokens


def test_no_change_without_the_pages_own_token(stage: Stage) -> None:
    """Whatever changes something, from a page of somebody else's."""
    tried = 0
    for line in LINES:
        if line.method == "GET" or line.name in {"accounts:session-state", "accounts:sign-in-code"}:
            continue
        with stage.standing(line.about, Status.SUBMITTED if line.about else None):
            for forged in ({}, {"HTTP_X_CSRFTOKEN": "x" * 64}):
                address = reverse(line.name, args=line.arguments(stage))
                stage.client("preparer")
                client = Client(enforce_csrf_checks=True)
                client.cookies = stage.browser.cookies
                refused(
                    stage,
                    lambda client=client, line=line, address=address, forged=forged: client.generic(
                        line.method,
                        address,
                        "{}",
                        content_type="application/json" if line.is_api else "text/plain",
                        **forged,
                    ),
                    403,
                    # The same attempt is written down once a minute.
                    logged=not forged,
                )
                tried += 1
    assert tried > 80


def test_a_token_opens_what_its_owner_sees_today(stage: Stage) -> None:
    user = User.objects.create_user("former", full_name="前同事")
    unit = stage.evaluation.project.unit
    held = Membership.objects.create(user=user, unit=unit, role="preparer")
    token, text = create_api_token(user=user, name="取数")
    bearer: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    address = f"/api/forms/{stage.evaluation.pk}"
    client = Client()
    stage.person = "lapsed"
    assert client.get(address, **bearer).status_code == 200

    held.valid_until = in_days(-1)
    held.save()
    refused(stage, lambda: client.get(address, **bearer), 404)
    change = {"version": stage.evaluation.version, "changes": [put("actual_outcome", "已完成")]}
    refused(
        stage,
        lambda: client.generic("PATCH", address, json.dumps(change), **bearer),
        404,
    )
    assert client.get("/api/forms", **bearer).json()["count"] == 0
    # It opens the interface, and no page.
    assert client.get(f"/forms/{stage.evaluation.pk}/", **bearer).status_code == 302

    User.objects.filter(pk=user.pk).update(is_active=False)
    refused(stage, lambda: client.get(address, **bearer), 401)
    User.objects.filter(pk=user.pk).update(is_active=True)
    token.delete()
    refused(stage, lambda: client.get(address, **bearer), 401, logged=False)
    for forged in ("", "x", "Bearer", f"Bearer {text}x", f"bearer  {text[:-1]}", "Basic eDp4"):
        answer = client.get(address, HTTP_AUTHORIZATION=forged)
        assert answer.status_code == 401, forged


# Bodies


def _spoilt(body: Any) -> Iterator[bytes]:
    """What may be sent instead."""
    yield from (b"", b"{", b"null", b"[]", b'"x"', b"1e999999", b"\xff\xfe", b"\x00")
    yield b"[" * 2_000 + b"]" * 2_000
    yield b'{"version":' + b"9" * 5_000 + b"}"
    yield b'{"version": NaN, "edits": Infinity}'
    if not isinstance(body, dict):
        return
    for text in ("\x00", "a\x00b", "\ud800", "\u202e" * 50, "字" * 200_000):
        spoilt = {name: text if isinstance(value, str) else value for name, value in body.items()}
        yield json.dumps(spoilt).encode()
    instead: tuple[Any, ...] = (None, [], {}, "x", -1, 10**40, 1.5, True)
    for value in instead:
        for name in body:
            yield json.dumps({**body, name: value}, default=str).encode()


def test_bodies_that_are_none(stage: Stage) -> None:
    """Every operation of the interface, by who may: whatever comes, it is never taken for a fault of the
    server's."""
    tried = 0
    for line in LINES:
        if not line.is_api or line.method == "GET" or line.name == "api:attachment_create":
            continue
        for person, status in _who_may(line):
            with stage.standing(line.about, status):
                stage.person = person
                body = line.body(stage) if line.body else {}
                body = body if len(json.dumps(body, default=str)) < 3_000 else {}
                address = reverse(line.name, args=line.arguments(stage))
                for raw in _spoilt(body):
                    client = stage.client(person)
                    with transaction.atomic():
                        answer = client.generic(
                            line.method, address, raw, content_type="application/json"
                        )
                        transaction.set_rollback(True)
                    assert answer.status_code < 500, (line.name, raw[:200])
                    tried += 1
    assert tried > 600


def test_fields_that_nobody_asked_for_count_for_nothing(stage: Stage) -> None:
    client = stage.client("preparer")
    with stage.standing("evaluation", Status.RETURNED):
        form = Form.objects.get(pk=stage.evaluation.pk)
        extra = {"status": "approved", "by": stage.people["auditor"].pk, "is_late": False, "id": 1}
        body = {"version": form.version, "changes": [put("actual_outcome", "改了")], **extra}
        send(client, "PATCH", f"/forms/{form.pk}", body)
        form.refresh_from_db()
        assert form.status == "returned"
        body["changes"] = [put("status", "approved"), put("id", 1), put("__class__", "x")]
        answer = send(client, "PATCH", f"/forms/{form.pk}", {**body, "version": form.version})
        assert answer.status_code in {200, 422}
        form.refresh_from_db()
        assert form.status == "returned"
        last = form.versions.latest("number")
        assert last.by == stage.people["preparer"]


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\x1b[31m红", "\u202e倒", "字" * 60_000])
def test_texts_that_no_page_can_show(stage: Stage, text: str) -> None:
    """In every field of every page that takes any."""
    for line in LINES:
        if line.is_api or line.method == "GET" or line.body is None:
            continue
        for person, status in _who_may(line):
            with stage.standing(line.about, status if line.about else None):
                stage.person = person
                body = line.body(stage)
                if "file" in body:
                    continue
                for name in body:
                    with transaction.atomic():
                        answer = ask(stage, line, person, body={**body, name: text})
                        assert answer.status_code < 500, (line.name, name)
                        transaction.set_rollback(True)


def test_a_reason_loses_what_no_page_can_show(stage: Stage) -> None:
    client, form = stage.client("auditor"), stage.evaluation
    body = {"version": form.version, "reason": "请\x00修\x07改\r\n第二行\u2028"}
    assert client.post(f"/forms/{form.pk}/return/", body).status_code == 302
    review = form.reviews.latest("id")
    assert review.reason == "请修改\n第二行"


# Files


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.pdf",
        "..\\..\\windows\\x.pdf",
        "/etc/passwd.pdf",
        "a\x00.pdf",
        "x\r\nSet-Cookie: a=b.pdf",
        '"; filename="evil.html',
        "..",
        "." * 300 + ".pdf",
        "名" * 300 + ".pdf",
        "con.pdf",
        "<script>alert(1)</script>.pdf",
    ],
)
def test_names_of_files_lead_nowhere(stage: Stage, name: str, tmp_path: Path) -> None:
    client = stage.client("preparer")
    with stage.standing("evaluation", Status.RETURNED):
        base = f"/forms/{stage.evaluation.pk}/attachments/"
        file = SimpleUploadedFile("x.pdf", PDF + name.encode(errors="replace"))
        file._name = name  # type: ignore[attr-defined]
        answer = client.post(base, {"file": file, "next": "https://evil.example/"})
        assert answer.status_code in {302, 422}
        if answer.status_code == 302:
            assert answer["Location"].startswith(base)
            made = stage.evaluation.attachments.latest("id")
            assert made.file.name is not None
            stored = Path(default_storage.path(made.file.name)).resolve()
            assert stored.is_relative_to((tmp_path / "uploads").resolve())
            got = client.get(f"{base}{made.pk}/")
            assert got["Content-Disposition"].startswith("attachment")
            assert "\n" not in got["Content-Disposition"]
            assert not {"/", "\\", "\x00", "\n"} & set(made.name)
            assert "<script>alert" not in content(client.get(base))


# Addresses


@pytest.mark.parametrize("page", OTHER_HOSTS)
def test_nobody_is_sent_to_another_site(stage: Stage, page: str) -> None:
    user = stage.people["colleague"]
    user.set_password("一个够长的密码")
    user.save()
    outside = Client()
    shown = outside.get("/sign-in/", {"next": page})
    assert shown.status_code == 200
    signed_in = outside.post(
        "/sign-in/", {"username": "colleague", "password": "一个够长的密码", "next": page}
    )
    assert signed_in.status_code == 302
    assert signed_in["Location"] == "/"
    assert outside.get("/sign-in/", {"next": page})["Location"] == "/"
    outside.post("/sign-out/", {"next": page})
    led = Client().get("/admin/login/", {"next": page})
    assert led["Location"].startswith("/sign-in/?next=")
    client = stage.client("preparer")
    with stage.standing("evaluation", Status.RETURNED):
        number = stage.attachment.pk if stage.attachment else 0
        removed = client.post(
            f"/forms/{stage.evaluation.pk}/attachments/{number}/remove/", {"next": page}
        )
        assert removed["Location"] == f"/forms/{stage.evaluation.pk}/attachments/"
    batch = stage.client("auditor").post("/review/batch/", {"query": page})
    assert batch["Location"].startswith("/review/")


NAMES = (
    *("year", "kind", "unit", "status", "rating", "check", "q", "sort", "page", "role", "risk"),
    *("late", "earlier", "before", "after", "number", "review", "row", "project", "way", "topic"),
    *("copy_of", "library", "level2", "form", "user", "action", "since", "until", "channel"),
    *("subject", "from", "to", "keep", "version", "next", "e", "o", "p", "id__exact"),
)


@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_in_addresses(stage: Stage, value: str) -> None:
    """Every page that is only read: all that may stand in an address says the same nonsense at once, and
    then each by itself on the pages with filters."""
    filtered = {
        *("scoring:form-list", "scoring:review-queue", "scoring:cross-findings", "scoring:booklet"),
        *("audit:entry-list", "api:form_list", "api:library_list", "scoring:form-new"),
    }
    for line in LINES:
        if line.method != "GET" or line.name in {"scoring:form-workbook", "scoring:form-pdf"}:
            continue
        person = "auditor" if line.rule("auditor", Status.SUBMITTED) is DONE else "admin"
        if line.name in {"scoring:form-new", "scoring:to-fill"}:
            person = "preparer"
        address = reverse(line.name, args=line.arguments(stage))
        wanted = [dict.fromkeys(NAMES, value)]
        if line.name in filtered and value in (HUGE, "\x00"):
            wanted += [{name: value} for name in NAMES]
        for query in wanted:
            answer = stage.client(person).get(address, query)
            assert answer.status_code < 500, (address, query)
            assert "<script>alert" not in content(answer), address
