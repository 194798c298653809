from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0027_turns_of_prepared_downloads")]
    operations = [
        migrations.AddIndex(
            "verdict",
            models.Index(fields=["id"], name="verdict_impossible", condition=models.Q(state="impossible")),
        ),
    ]
