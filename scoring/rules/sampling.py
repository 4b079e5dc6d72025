"""Drawing a sample so that anybody can draw it again.

A draw by a generator of random numbers can be repeated only with the very same generator. Here every form is
given the SHA-256 of the seed and its number, and those with the smallest are drawn: any tool that knows
SHA-256 gives the same forms. The seed is made by the caller, at random, and kept with the sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

HOW = (
    "对总体中每份表，取文字「种子:表编号」（UTF-8）的 SHA-256 值，"
    "按该值从小到大排列，取前若干份；同一种子、同一总体，任何时候抽出的都是同一批表。"
)
"""How it is done, in the words of the page and the exported list."""


def drawn(population: Iterable[int], *, seed: str, number: int) -> list[int]:
    """``number`` forms of the population (their numbers), in the order drawn; all of them where it has
    fewer. The order in which the population is given does not matter, nor does a number given twice."""
    return sorted(set(population), key=lambda form: (lot(seed, form), form))[:number]


def lot(seed: str, form: int) -> str:
    """The lot of a form: the smaller, the sooner it is drawn. 64 hexadecimal digits."""
    return sha256(f"{seed}:{form}".encode()).hexdigest()


def number_of_share(share: int, population: int) -> int:
    """How many forms a share (per cent, 1 to 100) of the population is: rounded up, so that a share of a
    small population is at least one form."""
    return -(-population * share // 100)
