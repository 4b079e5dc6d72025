"""What is sent to an address: the arguments in it, and a body such as would be done for who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from perfgoals.accounts.models import Unit
from tests.cast import BUREAU
from tests.rights.stage import Stage


def numbered(which: Callable[[Stage], int], about: str = "evaluation") -> Callable[..., list[Any]]:
    return lambda stage: [stage.form(about).pk, which(stage)]


def attachment(stage: Stage) -> int:
    assert stage.attachment is not None
    return stage.attachment.pk


def version(stage: Stage) -> dict[str, Any]:
    return {"version": stage.evaluation.version}


def waived(stage: Stage) -> dict[str, Any]:
    return {
        "path": stage.finding.path,
        "code": stage.finding.code,
        "message": stage.finding.message,
        "reason": "已核实",
    }


def typed(about: str) -> Callable[[Stage], dict[str, Any]]:
    return lambda stage: {
        "version": stage.form(about).version,
        "reason": "理由如下",
        "opinion": "同意",
    }


def text(stage: Stage) -> dict[str, Any]:
    return {"text": "请看第二页"}


def batch(stage: Stage) -> dict[str, Any]:
    chosen = f"{stage.evaluation.pk}:{stage.evaluation.version}"
    return {"action": "return", "text": "请补充", "form": chosen}


def draw(stage: Stage) -> dict[str, Any]:
    rest = {"kind": "self_evaluation", "method": "number", "amount": 2}
    return {"name": "再抽一次", "year": 2020, "unit": unit(BUREAU), **rest}


def unit(name: str) -> int:
    return Unit.objects.get(name=name).pk


def new_form(stage: Stage) -> dict[str, Any]:
    return {
        "kind": "declaration",
        "year": 2027,
        "project": stage.untouched_project.pk,
        "way": "blank",
    }


def password(stage: Stage) -> dict[str, str]:
    return {"old_password": "", "new_password1": "", "new_password2": ""}


def nothing(stage: Stage) -> list[Any]:
    return []


def job(stage: Stage) -> list[Any]:
    return [stage.job.pk]


def sample(stage: Stage) -> list[Any]:
    return [stage.sample.pk]


def batch_of(stage: Stage) -> list[Any]:
    return [stage.batch.pk]


def item(stage: Stage) -> list[Any]:
    return [stage.sample.pk, stage.sample.items.get(form=stage.published).place]
