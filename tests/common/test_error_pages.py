"""Pages about errors: Chinese, in the look of the others, and no word about the inside."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from tests.reading import links, text


@pytest.mark.parametrize("name", ["preparer", "anonymous"])
@pytest.mark.parametrize("address", ["/no-such-page/", "/forms/abc/", "/jobs/1/"])
def test_an_unknown_address(client_of: Callable[[str], Client], name: str, address: str) -> None:
    response = client_of(name).get(address)
    assert response.status_code == 404
    assert text(response, "h1") == "没有找到这一页"
    assert links(response, ".problem a") == ["/"]


def test_a_refusal(client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    with patch("scoring.views.home.Form.objects.visible_to", side_effect=PermissionDenied):
        response = client.get("/")
    assert response.status_code == 403
    assert text(response, "h1") == "您没有权限做这件事"


def test_a_fault_of_the_system(client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    client.raise_request_exception = False
    with patch("scoring.views.home.Form.objects.visible_to", side_effect=RuntimeError("secret")):
        response = client.get("/")
    assert response.status_code == 500
    assert text(response, "h1") == "系统出错了"
    assert "secret" not in response.content.decode()
