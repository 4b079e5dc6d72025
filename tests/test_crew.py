"""A crew of processes: the same answers as from one, a clean failure, and no orphans."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from perfgoals.common.crew import Crew, CrewLost
from perfgoals.common.documents import read_json
from scoring.checks.judging import judge_given
from scoring.documents import read_form

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
PATIENCE = 60  # seconds for a process to be gone, on a machine that is busy elsewhere


def published() -> Iterator[dict[str, Any]]:
    for file in sorted((FIXTURES / "published").glob("*.json")):
        yield from read_json(file.read_bytes())


def given() -> list[tuple[Any, ...]]:
    """The published forms as a crew is given them."""
    schemes = json.loads((FIXTURES / "scoring_schemes.json").read_text())
    content = json.dumps(next(one for one in schemes if one["id"] == "shanghai-2024"))
    forms = [read_form(form) for form in published()]
    return [
        (
            form.as_json(),
            "".join(f"{number:08x}" for number in range(len(form.indicators))),
            content if form.form == "self_evaluation" else None,
        )
        for form in forms
    ]


def test_a_crew_says_of_the_published_forms_what_one_process_says() -> None:
    forms = given()
    assert len(forms) == 36
    alone = judge_given(given())
    with Crew("scoring.checks.judging:judge_given", hands=2) as crew:
        parts = [crew.give(forms[start : start + 5]) for start in range(0, len(forms), 5)]
        assert [one for part in parts for one in part.result()] == alone


def test_without_hands_the_work_is_done_here() -> None:
    with Crew("tests.mortal_judge:double", hands=0) as crew:
        assert crew.process_ids == []
        assert crew.give(21).result() == 42


def test_what_a_process_cannot_do_is_not_done() -> None:
    with (
        Crew("tests.mortal_judge:fail", hands=1) as crew,
        pytest.raises(CrewLost, match="cannot do 7"),
    ):
        crew.give(7).result()


def test_a_process_that_dies_is_missed_at_once() -> None:
    with Crew("tests.mortal_judge:judge", hands=2) as crew:
        answers = [crew.give([]) for _ in range(6)]
        for answer in answers:
            with pytest.raises(CrewLost):
                answer.result()


def test_nobody_is_left_when_the_crew_is_let_go() -> None:
    with Crew("tests.mortal_judge:double", hands=2) as crew:
        hands = [psutil.Process(number) for number in crew.process_ids]
        crew.give(1)
    assert not any(hand.is_running() for hand in hands)


def test_nobody_is_left_when_the_leader_is_killed() -> None:
    leader = subprocess.Popen(
        [sys.executable, "-c", "from tests.mortal_judge import lead; lead()"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert leader.stdout is not None
    first, second, *answers = map(int, leader.stdout.readline().split())
    hands = [psutil.Process(first), psutil.Process(second)]
    assert answers == [0, 2, 4, 6]
    os.kill(leader.pid, signal.SIGKILL)
    leader.wait()
    leader.stdout.close()
    _, alive = psutil.wait_procs(hands, timeout=PATIENCE)
    assert not [hand for hand in alive if hand.status() != psutil.STATUS_ZOMBIE]
