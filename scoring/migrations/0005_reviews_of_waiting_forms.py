"""Forms that were submitted before reviews were kept come before the reviewer too."""

from typing import Any

from django.db import migrations


def open_reviews(apps: Any, schema_editor: Any) -> None:
    """A review for each waiting form without one, opened when and by whom the form was submitted."""
    versions = apps.get_model("projects", "FormVersion")
    forms = apps.get_model("projects", "Form")
    reviews = apps.get_model("scoring", "Review")
    waiting = forms.objects.filter(status="submitted", reviews=None)
    for form in waiting.iterator(chunk_size=500):
        submitted = (
            versions.objects.filter(form=form, reason="submitted", by__isnull=False)
            .order_by("-number")
            .first()
        )
        if submitted is None:
            continue  # loaded as it stands; nobody waits for an answer
        form.submitted_at, form.submitted_by_id = submitted.at, submitted.by_id
        form.save(update_fields=["submitted_at", "submitted_by"])
        reviews.objects.create(
            form=form,
            stage="department",
            version=form.version,
            opened_by_id=submitted.by_id,
            opened_at=submitted.at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0002_review_and_deadlines"),
        ("scoring", "0004_imports"),
    ]

    operations = [migrations.RunPython(open_reviews, migrations.RunPython.noop)]
