from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_activity_append_only"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rendition",
            index=models.Index(
                condition=models.Q(("state", "ready"), _negated=True),
                fields=["state", "id"],
                name="rendition_unfinished",
            ),
        ),
    ]
