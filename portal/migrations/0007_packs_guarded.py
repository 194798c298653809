"""
Packs behind the second wall (see 0002), and issued versions that nobody can change, whoever asks.

A partner's session sees issued versions of packs for its communities. How a pack is composed, and the keys that sign, are
the brand's alone.
"""

from django.db import migrations

MINE = (
    "(SELECT m.community_id FROM portal_communitymembership m WHERE m.partner_id = (SELECT portal_partner()))"
)
#: table -> what a partner's session sees of it
POLICIES = {
    "portal_pack_communities": f"community_id IN {MINE}",
    "portal_pack": (
        "current_id IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM portal_pack_communities c WHERE c.pack_id = portal_pack.id)"
    ),
    "portal_packversion": (
        "state = 'issued' AND EXISTS (SELECT 1 FROM portal_pack p WHERE p.id = portal_packversion.pack_id)"
    ),
    "portal_packfile": (
        "EXISTS (SELECT 1 FROM portal_packversion v WHERE v.id = portal_packfile.pack_version_id)"
    ),
    "portal_confirmation": "partner_id = (SELECT portal_partner())",
    "portal_packpick": "false",
    "portal_packrule": "false",
    "portal_packrule_recipes": "false",
    "portal_signingkey": "false",
}

GUARDS = """
CREATE FUNCTION portal_packversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'issued' THEN
        RAISE EXCEPTION 'An issued version of a pack never changes.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER portal_packversion_guard BEFORE UPDATE OR DELETE ON portal_packversion
    FOR EACH ROW EXECUTE FUNCTION portal_packversion_guard();
CREATE FUNCTION portal_packfile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.pack_version_id ELSE OLD.pack_version_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM portal_packversion v WHERE v.id = touched AND v.state = 'issued') THEN
        RAISE EXCEPTION 'An issued version of a pack never changes.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER portal_packfile_guard BEFORE INSERT OR UPDATE OR DELETE ON portal_packfile
    FOR EACH ROW EXECUTE FUNCTION portal_packfile_guard();
"""
DROP_GUARDS = """
DROP TRIGGER portal_packfile_guard ON portal_packfile; DROP FUNCTION portal_packfile_guard();
DROP TRIGGER portal_packversion_guard ON portal_packversion; DROP FUNCTION portal_packversion_guard();
"""


def up(apps, schema_editor):
    for table, condition in POLICIES.items():
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {table}_scope ON {table} USING ((SELECT portal_sees_all()) OR {condition})"
        )


def down(apps, schema_editor):
    for table in POLICIES:
        schema_editor.execute(f"DROP POLICY {table}_scope ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("portal", "0006_packs")]
    operations = [
        migrations.RunPython(up, down),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
