"""How long the cross-form checks take for a year of 10,000 forms, and whether planted copies are found.

Run by hand on an idle machine: ``python -m benchmarks.across [forms]``. It works in a database of its own,
which is removed afterwards. The texts are made of words of the published forms; into them copies are
planted (exact, with other figures, with one character in twenty changed, with one sentence in six of its
own), and a template that hundreds of units use, which is no copy. Prints seconds and memory of the whole
run, the time for a single form, how many copies were found and how many texts were named wrongly.
"""

from __future__ import annotations

import os
import random
import re
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")

from django.core.management import call_command
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

import perfgoals.wsgi  # noqa: F401
from indicators.models import Declaration, Indicator
from indicators.services import row_columns
from perfgoals.accounts.models import Unit
from projects.models import FiscalYear, Form, FundingLine, Project
from scoring.access import form_document
from scoring.models import CrossFinding, TextMark
from scoring.services.cross import check_year, refresh_cross_findings
from scoring.services.cross_notes import COPIED
from scoring.services.editing import judge

YEAR = 2027
PROJECTS_OF_A_UNIT = 20
SENTENCES = 6
ROWS = 12
PLANTED = 50
"""Copies of each sort."""

TEMPLATE_USERS = 300
SINGLE = 50


class Writer:
    """Writes goals that say nothing, in the words of the published ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        told = Declaration.objects.values_list("annual_goal", flat=True)
        self.words = sorted(
            {
                part[start : start + 2]
                for part in re.findall(r"[\u4e00-\u9fff]+", "".join(told))
                for start in range(0, len(part) - 1)
            }
        )
        self.names = sorted(
            set(Indicator.objects.values_list("name", "target", "level1", "level2"))
        )

    def sentence(self) -> str:
        words = self.chance.choices(self.words, k=18)
        return f"{''.join(words)}{self.chance.randint(2, 900)}份。"

    def goal(self) -> str:
        return "".join(self.sentence() for _ in range(SENTENCES))

    def other_figures(self, text: str) -> str:
        return re.sub(r"\d+", lambda _: str(self.chance.randint(2, 900)), text)

    def slips(self, text: str) -> str:
        """One character in twenty is another."""
        letters = list(text)
        for place in self.chance.sample(range(len(letters)), len(letters) // 20):
            letters[place] = self.chance.choice(self.words)[0]
        return "".join(letters)

    def own_sentence(self, text: str) -> str:
        sentences = [part + "。" for part in text.split("。") if part]
        sentences[self.chance.randrange(len(sentences))] = self.sentence()
        return "".join(sentences)


def goals_of(writer: Writer, forms: int) -> tuple[list[str], dict[int, str]]:
    """A goal for each form, and for the places of the copies what sort they are."""
    goals = [writer.goal() for _ in range(forms)]
    sorts: dict[str, Callable[[str], str]] = {
        "一字不差": str,
        "改了数字": writer.other_figures,
        "二十字改一字": writer.slips,
        "六句改一句": writer.own_sentence,
    }
    planted = {}
    places = writer.chance.sample(range(forms // 2, forms), PLANTED * len(sorts) + TEMPLATE_USERS)
    for number, place in enumerate(places[: PLANTED * len(sorts)]):
        sort = list(sorts)[number % len(sorts)]
        goals[place] = sorts[sort](goals[writer.chance.randrange(forms // 2)])
        planted[place] = sort
    template = writer.goal()
    for place in places[PLANTED * len(sorts) :]:
        goals[place] = writer.other_figures(template)
    return goals, planted


def store(writer: Writer, goals: list[str]) -> list[int]:
    """The forms in the tables, as submitted ones. Returns their numbers."""
    year, _ = FiscalYear.objects.get_or_create(year=YEAR)
    count = len(goals) // PROJECTS_OF_A_UNIT + 1
    units = Unit.objects.bulk_create(
        Unit(code=f"bench-{n}", name=f"测试单位{n}") for n in range(count)
    )
    projects = Project.objects.bulk_create(
        Project(code=f"bench-{n}", name=f"测试项目{n}", unit=units[n // PROJECTS_OF_A_UNIT])
        for n in range(len(goals))
    )
    forms = Form.objects.bulk_create(
        Form(
            kind="declaration",
            project=project,
            year=year,
            status="submitted",
            project_name=project.name,
            unit_name=project.unit.name,
        )
        for project in projects
    )
    Declaration.objects.bulk_create(
        Declaration(form=form, annual_goal=goal) for form, goal in zip(forms, goals, strict=True)
    )
    FundingLine.objects.bulk_create(
        FundingLine(form=form, source="total", requested=100_000) for form in forms
    )
    rows = []
    for form in forms:
        for order, (name, target, level1, level2) in enumerate(
            writer.chance.sample(writer.names, ROWS)
        ):
            row = Row(f"{name}（{form.pk % 7}）", target, level1, level2)
            rows.append(
                Indicator(declaration_id=form.pk, order=order, **row_columns(row, year=YEAR))
            )
    Indicator.objects.bulk_create(rows, batch_size=5_000)
    return [form.pk for form in forms]


class Row:
    """A row as ``row_columns`` takes it."""

    code = ""
    damaged: dict[str, str] = {}

    def __init__(self, name: str, target: str, level1: str, level2: str) -> None:
        self.name, self.target, self.level1, self.level2 = name, target, level1, level2


def report(numbers: list[int], planted: dict[int, str], seconds: float) -> None:
    copied = set(CrossFinding.objects.filter(code=COPIED).values_list("form", flat=True))
    found = Counter(sort for place, sort in planted.items() if numbers[place] in copied)
    wrong = copied - {numbers[place] for place in planted}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(numbers)} forms, {TextMark.objects.count()} texts: {seconds:.1f} s, {memory:.0f} MiB"
    )
    for sort, of in Counter(planted.values()).items():
        print(f"  {sort}: {found[sort]} of {of} found")
    print(f"  named wrongly: {len(wrong)}; findings of all checks: {CrossFinding.objects.count()}")


def single(numbers: list[int]) -> None:
    """One form after another, as at its submit."""
    taken = []
    for number in numbers[:: len(numbers) // SINGLE][:SINGLE]:
        form = Form.objects.select_related("project").get(pk=number)
        judged = judge(form_document(form))
        start = time.perf_counter()
        refresh_cross_findings(form, judged)
        taken.append((time.perf_counter() - start) * 1000)
    print(f"one form: median {statistics.median(taken):.1f} ms, slowest {max(taken):.1f} ms")


def main(forms: int) -> None:
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_published", verbosity=0)
        writer = Writer(seed=1)
        goals, planted = goals_of(writer, forms)
        numbers = store(writer, goals)
        start = time.perf_counter()
        check_year(YEAR)
        report(numbers, planted, time.perf_counter() - start)
        single(numbers)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
