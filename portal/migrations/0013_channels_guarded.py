"""
Channels and verdicts behind the second wall (see 0002). The portal's own specifications are everybody's to read and
nobody's to write; a partner's are its own.
"""

from django.db import migrations

MINE = "partner_id = (SELECT portal_partner())"
#: table -> what a partner's session sees of it, and what it may write where that is less
POLICIES = {
    "portal_channel": (MINE, MINE),
    "portal_channel_recipes": (
        "EXISTS (SELECT 1 FROM portal_channel c WHERE c.id = portal_channel_recipes.channel_id)",
        None,
    ),
    "portal_specification": (
        f"(CASE WHEN partner_id IS NULL THEN (SELECT portal_partner()) IS NOT NULL ELSE {MINE} END)",
        MINE,
    ),
    "portal_specificationrevision": (
        "EXISTS (SELECT 1 FROM portal_specification s WHERE s.id = portal_specificationrevision.specification_id)",
        "EXISTS (SELECT 1 FROM portal_specification s WHERE s.id = portal_specificationrevision.specification_id"
        f" AND s.{MINE})",  # nosec B608 (names of our own tables)
    ),
    "portal_measurement": (
        "EXISTS (SELECT 1 FROM portal_rendition r WHERE r.sha256 = portal_measurement.sha256)",
        None,
    ),
    "portal_verdict": (
        "(EXISTS (SELECT 1 FROM portal_assetversion v WHERE v.id = portal_verdict.version_id)"
        " AND EXISTS (SELECT 1 FROM portal_specificationrevision s WHERE s.id = portal_verdict.specification_id))",
        None,
    ),
    "portal_picturetest": (MINE, MINE),
}


def up(apps, schema_editor):
    for table, (seen, written) in POLICIES.items():
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {table}_scope ON {table} USING ((SELECT portal_sees_all()) OR {seen})"
            f" WITH CHECK ((SELECT portal_sees_all()) OR {written or seen})"
        )


def down(apps, schema_editor):
    for table in POLICIES:
        schema_editor.execute(f"DROP POLICY {table}_scope ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("portal", "0012_channels_and_verdicts")]
    operations = [migrations.RunPython(up, down)]
