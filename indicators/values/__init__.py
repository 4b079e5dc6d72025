"""Targets (年度指标值) and actual values (实际完成值): reading, comparing, printing them.

A cell holds what a person wrote. ``read_value`` reads it as a careful official would and keeps the
printed text. Nothing is an error: what cannot be read as a number or a date is qualitative.

Where the kinds begin and end
-----------------------------
A cell is cut into clauses at ；，、。 and line breaks (not inside brackets, not inside 1,500), list
numbers (1. （1）) are dropped, and each clause is read by itself.

- *blank*: nothing but spaces. 「—」, 「无」 and a lost 「…」 are words.
- *quantitative*: the cell is one number with what belongs to it: 「≥85.00(%)」, 「9个以上」,
  「每周1次」 (1 次/周), 「1小时内」 (≤ 1 小时), 「2000余人次」, 「满意度≥85%」, 「共20家企业」.
  A remark in brackets, or one or two more clauses without digits, changes nothing
  (「5份，已提交」). ``quantities`` has the exact rule.
- *deadline*: the cell says until when: a day or period (「2024年12月底」, 「2026年度」), with what
  is to be done by then (「在2020年12月31日前完成，提交项目成果」); a recurring day (「每月10日前」,
  no ``deadline``); or a limit that runs from an event (「企业存证结束后3个工作日内」: no
  ``deadline``, but comparison, number, measure). 「或」 behind a date leaves no certain day.
- *compound*: two or more clauses, all readable: three ceilings in one cell, a bound and its
  subset, a schedule of dated steps (a step may take up two more clauses that cannot be read by
  themselves). A range (「80%-90%」) is its two bounds, both with the text of the clause.
- *qualitative*: everything else. One clause that can be neither read nor joined to another makes
  the cell a narrative, however many numbers it holds: 「签订2个对口交流协议，出台2020年协作重点
  工作计划文件，召开1次协作小组工作会议」. So does a number inside a clause without a stated
  bound, for it says what the work is about: 「完成180张排污许可证质量抽查」; with a bound it is a
  promise: 「提出不少于20项问题建议」. A bound on what is no number (「小于预算拨付金额」), numbers
  in Chinese characters (一次, 百分之九十), ranks (A等, 3级, 第3名), ratios, codes, and what was
  *not* reached (未完成5家) are words.

以上, 以下 and 以内 include the number, 超过 and 不满 do not (民法典 article 1259).

No cell can take long: a text of more than 1,000 characters is a narrative unread, and below that
every pattern is anchored and of bounded or possessive repetition.
"""

from __future__ import annotations

from indicators.values.comparing import base_amount, comparable, is_met
from indicators.values.keeping import KeptTarget, kept_target
from indicators.values.model import Comparison, Kind, Value
from indicators.values.printing import print_value
from indicators.values.reading import read_value

__all__ = [
    "Comparison",
    "KeptTarget",
    "Kind",
    "Value",
    "base_amount",
    "comparable",
    "is_met",
    "kept_target",
    "print_value",
    "read_value",
]
