"""Scoring schemes, self-evaluations, reviews and samples."""

from scoring.models.evaluations import IndicatorResult, ScoringScheme, SelfEvaluation
from scoring.models.reviews import Review, ReviewRow
from scoring.models.samples import Sample, SampleItem

__all__ = [
    "IndicatorResult",
    "Review",
    "ReviewRow",
    "Sample",
    "SampleItem",
    "ScoringScheme",
    "SelfEvaluation",
]
