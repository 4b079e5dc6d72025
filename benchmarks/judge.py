"""How long it takes to judge many forms: processor time per indicator row, step by step.

Run by hand: ``python -m benchmarks.judge [forms of each kind]``. No database. The forms are made of the
rows of the published ones, twenty to a form: every name and text is given another place, every count
another number, the weights make a whole. As in a real year some cells recur (≥95%, 达成指标) and most
do not. Prints microseconds per row for each step: the document from its JSON, the evaluation, the checks,
the way back to JSON and the comparison with an equal document, for each kind of form.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument
from perfgoals.common.documents import read_json
from perfgoals.common.patches import differences
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.evaluation import evaluate, evaluation_json
from scoring.rules.scheme import Scheme, read_schemes, scheme_for
from scoring.rules.weights import propose_weights

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROWS = 20
ROUNDS = 3

T = TypeVar("T")

# A count, but not a year, a share or a piece of a longer number.
_COUNT = re.compile(r"(?<![\d.,/-])(?!(?:19|20)\d{2}(?!\d))(\d{1,7})(?![\d.,/%％月日年-])")
_PLACES = [f"{a}{b}" for a in "东西南北中新古长平安" for b in "山河桥湾林泉塘岭桂华"]
_KINDS = ("街道", "镇", "开发区", "片区", "小区", "林场", "监测站", "学校", "社区", "泵站")


def shipped_schemes() -> list[Scheme]:
    return read_schemes(read_json((FIXTURES / "scoring_schemes.json").read_bytes()))


class Bulk:
    """Makes forms out of the published rows, the same ones in every run."""

    def __init__(self, seed: int = 5) -> None:
        self.chance = random.Random(seed)
        self.schemes = shipped_schemes()
        files = sorted((FIXTURES / "published").glob("*.json"))
        self.published = [form for file in files for form in read_json(file.read_bytes())]

    def declarations(self, count: int) -> list[dict[str, Any]]:
        return [self._form("declaration") for _ in range(count)]

    def self_evaluations(self, count: int) -> list[dict[str, Any]]:
        return [self._weighed(self._form("self_evaluation")) for _ in range(count)]

    def _form(self, kind: str) -> dict[str, Any]:
        """One form as JSON: head, goals and funds of a published one, rows of any of its kind and year."""
        forms = [form for form in self.published if form["form"] == kind]
        base = self.chance.choice(forms)
        like = [form for form in forms if form["year"] == base["year"]]
        rows = [row for form in like for row in form["indicators"]]
        chosen = sorted(self.chance.sample(range(len(rows)), min(ROWS, len(rows))))
        place = self._place()
        form = {key: self._told(value, place) for key, value in base.items() if key != "damaged"}
        form["project"] = {**base["project"], "name": place + base["project"]["name"]}
        form["indicators"] = [self._row(rows[number]) for number in chosen]
        return form

    def _told(self, value: Any, place: str) -> Any:
        """A goal of another place and with other counts; anything else as it is."""
        if not isinstance(value, str) or len(value) < ROWS:
            return value
        return f"{place}：{self._counted(value, self.chance.randrange(1, 500))}"

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        """Target and actual value are raised by the same number, so that what was met stays met."""
        more = self.chance.randrange(1, 500)
        changed = {
            key: self._counted(row[key], more) for key in ("target", "actual") if row.get(key)
        }
        kept = {key: value for key, value in row.items() if key != "damaged"}
        return {**kept, "name": self._place() + row["name"], **changed}

    def _counted(self, text: str, more: int) -> str:
        return _COUNT.sub(lambda found: str(int(found[0]) + more), text)

    def _place(self) -> str:
        return self.chance.choice(_PLACES) + self.chance.choice(_KINDS)

    def _weighed(self, form: dict[str, Any]) -> dict[str, Any]:
        """Weights that make the whole, and the published share of them as score."""
        rows = form["indicators"]
        weights = propose_weights(
            [row["level1"] for row in rows], scheme_for(form["year"], self.schemes)
        )
        for row, weight in zip(rows, weights, strict=True):
            own, score = Decimal(row["weight"] or 0), Decimal(row["score"] or 0)
            share = min(Decimal(1), score / own if own else Decimal(1))
            row["weight"], row["score"] = str(weight), str(round(weight * share, 2))
        return form


class Stopwatch:
    """Processor time of this process by step; other processes do not count."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def run(self, step: str, work: Callable[..., T], *given: Any) -> T:
        start = time.process_time()
        made = work(*given)
        self.spent[step] = self.spent.get(step, 0.0) + time.process_time() - start
        return made


def judge_declaration(watch: Stopwatch, data: dict[str, Any], bulk: Bulk) -> None:
    document = watch.run("document from JSON", DeclarationDocument.read, data)
    watch.run("checks", check_declaration, document)
    _write(watch, document)


def judge_self_evaluation(watch: Stopwatch, data: dict[str, Any], bulk: Bulk) -> None:
    document = watch.run("document from JSON", SelfEvaluationDocument.read, data)
    scheme = scheme_for(document.year, bulk.schemes)
    evaluation = watch.run("evaluation", evaluate, document, scheme)
    watch.run("checks", check_self_evaluation, document, evaluation)
    watch.run("evaluation as JSON", evaluation_json, document, evaluation)
    _write(watch, document)


def _write(watch: Stopwatch, document: FormDocument) -> None:
    made = watch.run("document as JSON", document.as_json)
    watch.run("differences, none", differences, type(document).read(made), document)


def measure(
    title: str,
    judge: Callable[[Stopwatch, dict[str, Any], Bulk], None],
    sets: list[list[dict[str, Any]]],
    bulk: Bulk,
) -> None:
    """Judge each set of forms and print the least that a step took in any of them (µs per row). Every
    round has forms of its own, for what a cache remembers of the same forms would flatter."""
    rounds: list[dict[str, float]] = []
    for forms in sets:
        rows = sum(len(form["indicators"]) for form in forms)
        watch = Stopwatch()
        for form in forms:
            judge(watch, form, bulk)
        rounds.append({step: spent / rows * 1e6 for step, spent in watch.spent.items()})
    print(f"{len(sets[0])} {title}, µs per row")
    for step in rounds[0]:
        print(f"  {step:<20}{min(spent[step] for spent in rounds):8.1f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    bulk = Bulk()
    declarations = [bulk.declarations(count) for _ in range(ROUNDS)]
    measure("declarations", judge_declaration, declarations, bulk)
    self_evaluations = [bulk.self_evaluations(count) for _ in range(ROUNDS)]
    measure("self-evaluations", judge_self_evaluation, self_evaluations, bulk)


if __name__ == "__main__":
    main()
