"""Scoring schemes, self-evaluations, reviews, samples, and how forms compare."""

from scoring.models.cross import CrossFinding, TargetMark, TextMark
from scoring.models.evaluations import IndicatorResult, ScoringScheme, SelfEvaluation
from scoring.models.execution import ExecutionFile
from scoring.models.imports import ImportBatch, ImportItem
from scoring.models.reviews import Review, ReviewRow
from scoring.models.samples import Sample, SampleItem

__all__ = [
    "CrossFinding",
    "ExecutionFile",
    "ImportBatch",
    "ImportItem",
    "IndicatorResult",
    "Review",
    "ReviewRow",
    "Sample",
    "SampleItem",
    "ScoringScheme",
    "SelfEvaluation",
    "TargetMark",
    "TextMark",
]
