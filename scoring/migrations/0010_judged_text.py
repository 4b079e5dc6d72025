from typing import ClassVar

from django.db import migrations, models

# As in 0008: another type of column packs again.
UNPACKED = "ALTER TABLE scoring_importitem ALTER COLUMN judged SET STORAGE EXTERNAL"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("scoring", "0009_written_items")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="importitem",
            name="judged",
            field=models.TextField(blank=True, verbose_name="核算"),
        ),
        migrations.RunSQL(UNPACKED, UNPACKED),
    ]
