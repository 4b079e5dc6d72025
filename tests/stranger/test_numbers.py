"""Numbers of what is others'."""

from __future__ import annotations

import json

import pytest

from projects.models import Form
from projects.workflow import Status
from tests.drafts import send
from tests.rights.asking import ask, content
from tests.rights.rules import DONE
from tests.rights.stage import Stage
from tests.rights.table import LINES
from tests.stranger.foul import HUGE, refused, secrets


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
