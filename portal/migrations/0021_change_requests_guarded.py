"""Requests behind the second wall (see 0002), and the sequence that numbers them: R-1, R-2, whoever asks."""

from django.db import migrations

OWN = "partner_id = (SELECT portal_partner())"
TABLES = ("portal_changerequest", "portal_requestmessage", "portal_requestmail")


def up(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {table}_scope ON {table} USING ((SELECT portal_sees_all()) OR {OWN})"
        )


def down(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(f"DROP POLICY {table}_scope ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("portal", "0020_change_requests")]
    operations = [
        migrations.RunPython(up, down),
        migrations.RunSQL(
            "CREATE SEQUENCE portal_change_request_number AS bigint",
            "DROP SEQUENCE portal_change_request_number",
        ),
    ]
