from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0004_standard_recipes"),
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
