"""manage.py load_published: the shipped schemes, the taxonomy, the published forms, and the library that is
drawn from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from indicators.services import load_categories, seed_library
from scoring.management.files import read_data, read_forms
from scoring.rules.scheme import read_schemes
from scoring.services import load_form, load_schemes


class Command(BaseCommand):
    help = "载入计分办法、指标分类、公开的 36 份表和由其归纳的指标库；已有的不动，可以重复执行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.FIXTURES_DIR / "published",
            help="公开表 JSON 文件所在的文件夹",
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        schemes = load_schemes(
            read_schemes(read_data(settings.FIXTURES_DIR / "scoring_schemes.json"))
        )
        categories = load_categories(read_data(settings.FIXTURES_DIR / "indicator_categories.json"))
        files = sorted(folder.glob("*.json"))
        if not files:
            raise CommandError(f"文件夹 {folder} 中没有 JSON 文件", returncode=2)
        # All files are read before anything is stored: a wrong one leaves nothing half loaded.
        documents = [document for file in files for document in read_forms(file)]
        new = sum(load_form(document)[1] for document in documents)
        topics = read_data(settings.FIXTURES_DIR / "library_topics.json")
        library = seed_library(documents, topics)
        self.stdout.write(
            f"计分办法新增 {schemes} 个，指标分类新增 {categories} 个，指标库新增 {library} 条，"
            f"公开表新增 {new} 份，已有 {len(documents) - new} 份"
        )
