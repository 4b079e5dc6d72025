import django.db.models.deletion
from django.db import migrations, models

_COLUMNS = ("document", "changes", "problems", "judged", "remarks")


def _stored(column: str, how: str) -> str:
    return f"ALTER TABLE scoring_importitem ALTER COLUMN {column} SET STORAGE {how}"


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0007_execution_files"),
    ]

    operations = [
        # What is kept of a file for a while is read and written whole: packing it takes longer than the rest
        # of writing it.
        migrations.RunSQL(
            [_stored(column, "EXTERNAL") for column in _COLUMNS],
            [_stored(column, "EXTENDED") for column in _COLUMNS],
        ),
        migrations.AlterField(
            model_name="importitem",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="scoring.importbatch",
                verbose_name="批量导入",
            ),
        ),
        migrations.AlterField(
            model_name="indicatorresult",
            name="self_evaluation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="results",
                to="scoring.selfevaluation",
                verbose_name="自评表",
            ),
        ),
    ]
