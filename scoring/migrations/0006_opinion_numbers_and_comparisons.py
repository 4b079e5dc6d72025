from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0005_reviews_of_waiting_forms"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="compared_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="跨表比较时间"),
        ),
        migrations.AddField(
            model_name="review",
            name="opinion_number",
            field=models.CharField(
                blank=True, db_default="", max_length=60, verbose_name="发文字号"
            ),
        ),
    ]
