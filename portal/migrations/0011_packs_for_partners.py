"""
What partners see of packs: an embargo, terms to accept, and which archives a company took. A company's session sees the
terms of its packs, its own acceptances and archives, and no pack before its embargo ends (see 0007).
"""

import functools

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.core.ids

PACK = (
    "current_id IS NOT NULL AND EXISTS"
    " (SELECT 1 FROM portal_pack_communities c WHERE c.pack_id = portal_pack.id)"
)
#: table -> what a partner's session sees of it
POLICIES = {
    "portal_packterms": "EXISTS (SELECT 1 FROM portal_pack p WHERE p.id = portal_packterms.pack_id)",
    "portal_termsacceptance": "partner_id = (SELECT portal_partner())",
    "portal_packdownload": "partner_id = (SELECT portal_partner())",
}


def _policy(schema_editor, table, condition):
    schema_editor.execute(
        f"CREATE POLICY {table}_scope ON {table} USING ((SELECT portal_sees_all()) OR ({condition}))"
    )


def up(apps, schema_editor):
    for table, condition in POLICIES.items():
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        _policy(schema_editor, table, condition)
    schema_editor.execute("DROP POLICY portal_pack_scope ON portal_pack")
    _policy(
        schema_editor,
        "portal_pack",
        f"{PACK} AND (embargo_until IS NULL OR embargo_until <= clock_timestamp())",
    )


def down(apps, schema_editor):
    schema_editor.execute("DROP POLICY portal_pack_scope ON portal_pack")
    _policy(schema_editor, "portal_pack", PACK)
    for table in POLICIES:
        schema_editor.execute(f"DROP POLICY {table}_scope ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0010_prepared_downloads"),
    ]

    operations = [
        migrations.AddField(
            model_name="pack",
            name="embargo_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="not before"),
        ),
        migrations.CreateModel(
            name="PackTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=functools.partial(portal.core.ids.new_id, *("trm",)),
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("text", models.JSONField(verbose_name="text")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("created_at", models.DateTimeField(verbose_name="since")),
                (
                    "pack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="portal.pack"
                    ),
                ),
            ],
            options={
                "verbose_name": "terms of a pack",
                "verbose_name_plural": "terms of packs",
            },
        ),
        migrations.CreateModel(
            name="TermsAcceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("actor", models.CharField(max_length=60, verbose_name="who")),
                ("accepted_at", models.DateTimeField(verbose_name="accepted")),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="portal.packterms",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "acceptance of terms",
                "verbose_name_plural": "acceptances of terms",
            },
        ),
        migrations.CreateModel(
            name="PackDownload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=functools.partial(portal.core.ids.new_id, *("pdl",)),
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                ("actor", models.CharField(max_length=60, verbose_name="who")),
                (
                    "via",
                    models.CharField(
                        choices=[("page", "Page"), ("api", "API"), ("link", "Share link")],
                        max_length=6,
                        verbose_name="how",
                    ),
                ),
                ("title", models.JSONField(default=dict, verbose_name="title")),
                ("version_number", models.PositiveIntegerField(verbose_name="version")),
                ("since_number", models.PositiveIntegerField(null=True, verbose_name="changes since")),
                ("name", models.CharField(max_length=255, verbose_name="file name")),
                ("file_count", models.PositiveIntegerField(verbose_name="files")),
                ("size", models.BigIntegerField(verbose_name="bytes")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "pack_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.packversion"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portal.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "download of a pack",
                "verbose_name_plural": "downloads of packs",
                "indexes": [models.Index(fields=["partner", "-at", "-id"], name="pack_download_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="packterms",
            constraint=models.UniqueConstraint(fields=("pack", "number"), name="pack_terms_once"),
        ),
        migrations.AddConstraint(
            model_name="termsacceptance",
            constraint=models.UniqueConstraint(fields=("partner", "terms"), name="terms_accepted_once"),
        ),
        migrations.RunPython(up, down),
    ]
