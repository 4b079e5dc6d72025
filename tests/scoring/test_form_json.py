"""A form as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from projects.models import Form
from tests.cast import Cast
from tests.reading import nothing_written


def url(form: Form) -> str:
    return f"/forms/{form.pk}/json/"


def published(file: str, project: str) -> dict:
    data = json.loads((Path(settings.FIXTURES_DIR) / "published" / file).read_text())
    forms = data if isinstance(data, list) else data["forms"]
    (form,) = (form for form in forms if form["project"]["name"] == project)
    return form


@pytest.mark.parametrize(
    ("which", "file"),
    [
        ("planning", "self_evaluations_2020.json"),
        ("damaged", "self_evaluations_2024.json"),
        ("declaration", "declarations_2026.json"),
    ],
)
def test_it_is_the_form_as_it_was_published(
    cast: Cast, client_of: Callable[[str], Client], which: str, file: str
) -> None:
    form, client = getattr(cast, which), client_of("auditor")
    with nothing_written():
        response = client.get(url(form))
    assert response["Content-Type"] == "application/json"
    expected = published(file, form.project_name)
    answer = response.json()
    for key in ("year", "unit", "project", "indicators", "damaged", "source"):
        assert _numbers_aside(answer.get(key)) == _numbers_aside(expected.get(key))


def _numbers_aside(value: object) -> object:
    """Rows without the trailing zeros of their points, which a table does not keep."""
    if isinstance(value, list):
        return [_numbers_aside(item) for item in value]
    if isinstance(value, dict):
        return {key: _numbers_aside(item) for key, item in value.items()}
    if isinstance(value, str) and value.replace(".", "", 1).isdecimal():
        return float(value)
    return value


def test_it_is_offered_as_a_file(cast: Cast, client_of: Callable[[str], Client]) -> None:
    response = client_of("preparer").get(url(cast.planning))
    assert response["Content-Disposition"].startswith("attachment;")
    assert (
        quote("综合规划、区域协作及资金管理 2020年自评表.json") in response["Content-Disposition"]
    )


@pytest.mark.parametrize(
    ("name", "status"), [("colleague", 200), ("stranger", 404), ("auditor", 200), ("admin", 200)]
)
def test_who_sees_it(
    cast: Cast, client_of: Callable[[str], Client], name: str, status: int
) -> None:
    assert client_of(name).get(url(cast.planning)).status_code == status


def test_anonymous_is_sent_to_sign_in(cast: Cast, client_of: Callable[[str], Client]) -> None:
    address = url(cast.planning)
    assert client_of("anonymous").get(address)["Location"] == f"/sign-in/?next={address}"


def test_other_methods_are_refused(cast: Cast, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(url(cast.planning)).status_code == 405
