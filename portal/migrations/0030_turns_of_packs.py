from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0029_versions_for_communities"),
    ]

    operations = [
        migrations.AddField(
            model_name="packversion",
            name="worked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="packfile",
            name="tried_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="packfile",
            index=models.Index(
                condition=models.Q(("problem", ""), ("sha256", "")),
                fields=["pack_version", "tried_at", "position"],
                name="pack_file_missing",
            ),
        ),
    ]
