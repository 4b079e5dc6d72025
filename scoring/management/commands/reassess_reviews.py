"""manage.py reassess_reviews: reckon the risk of the forms that wait for review anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from scoring.models import Review
from scoring.services.assessing import reassess


class Command(BaseCommand):
    help = "重新计算待审核各表的风险：规则、检查或计分办法变动以后运行；有变化的记入审计日志"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="只算这一年度的表")

    def handle(self, *args: Any, year: int | None, **options: Any) -> None:
        waiting = Review.objects.waiting()
        if year is not None:
            waiting = waiting.filter(form__year_id=year)
        numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
        changed = 0
        for number in numbers:
            review = (
                Review.objects.waiting()
                .select_related("form__declaration", "form__self_evaluation__scheme")
                .filter(pk=number)
                .first()
            )
            # It may have been decided in the meantime.
            changed += review is not None and reassess(review)
        self.stdout.write(f"待审核 {len(numbers)} 份，风险有变化 {changed} 份")
