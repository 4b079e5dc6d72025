from django.db import migrations, models

TEXT = """
ALTER TABLE projects_formversion ALTER COLUMN document TYPE text USING document::text;
ALTER TABLE projects_formversion RENAME COLUMN document TO written;
"""
JSON = """
ALTER TABLE projects_formversion RENAME COLUMN written TO document;
ALTER TABLE projects_formversion ALTER COLUMN document TYPE jsonb USING document::jsonb;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_budget_executions")]

    operations = [
        migrations.RunSQL(
            TEXT,
            JSON,
            state_operations=[
                migrations.RenameField("formversion", "document", "written"),
                migrations.AlterField("formversion", "written", models.TextField("内容")),
            ],
        ),
    ]
