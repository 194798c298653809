from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0026_no_unverified_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="archivejob",
            name="worked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="jobfile",
            name="tried_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="archivejob",
            index=models.Index(
                condition=models.Q(("worked_at__isnull", False)),
                fields=["partner", "-worked_at"],
                name="archive_job_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="jobfile",
            index=models.Index(
                condition=models.Q(("problem", ""), ("sha256", "")),
                fields=["job", "tried_at", "position"],
                name="job_file_missing",
            ),
        ),
    ]
