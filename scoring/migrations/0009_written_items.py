from django.db import migrations, models

TEXT = """
ALTER TABLE scoring_importitem ALTER COLUMN document TYPE text USING coalesce(document::text, '');
ALTER TABLE scoring_importitem ALTER COLUMN document SET NOT NULL;
ALTER TABLE scoring_importitem RENAME COLUMN document TO written;
ALTER TABLE scoring_importitem ALTER COLUMN written SET STORAGE EXTERNAL;
"""
JSON = """
ALTER TABLE scoring_importitem RENAME COLUMN written TO document;
ALTER TABLE scoring_importitem ALTER COLUMN document DROP NOT NULL;
ALTER TABLE scoring_importitem ALTER COLUMN document TYPE jsonb USING nullif(document, '')::jsonb;
ALTER TABLE scoring_importitem ALTER COLUMN document SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0008_bulk_storage")]

    operations = [
        migrations.RunSQL(
            TEXT,
            JSON,
            state_operations=[
                migrations.RenameField("importitem", "document", "written"),
                migrations.AlterField(
                    "importitem", "written", models.TextField("内容", blank=True)
                ),
            ],
        ),
    ]
