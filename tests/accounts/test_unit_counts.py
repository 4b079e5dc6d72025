"""How many people and forms the tree of units tells of, with the published forms in it."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.cast import Cast
from tests.reading import texts


def test_the_published_forms_are_counted(
    cast: Cast, client_of: Callable[[str], Client], db: None
) -> None:
    """36 forms of three units; each of the cast's people in the unit where the role is."""
    page = client_of("admin").get("/units/")
    counted = zip(
        texts(page, "tbody th"),
        texts(page, "tbody td[data-label='人员']"),
        texts(page, "tbody td[data-label='表']"),
        strict=True,
    )
    assert sorted(counted) == [
        ("上海市减污降碳管理运行技术中心", "0", "9"),
        ("上海市环境保护信息中心", "1", "5"),
        ("上海市生态环境局", "4", "22"),
    ]
