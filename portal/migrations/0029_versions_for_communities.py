"""
Which communities a version of a pack was composed for. A company's session sees a version through a community that is
one of these and that the pack is still for: a community that is added to a pack gets the next version, and never one
with files that were not released to it (see 0007, 0011).
"""

from django.db import migrations, models

MINE = (
    "(SELECT m.community_id FROM portal_communitymembership m WHERE m.partner_id = (SELECT portal_partner()))"
)
#: Both tables show a company's session the rows of its own communities only.
PACK_BEFORE = "EXISTS (SELECT 1 FROM portal_pack_communities c WHERE c.pack_id = portal_pack.id)"
PACK_NOW = (
    "EXISTS (SELECT 1 FROM portal_pack_communities c"
    " JOIN portal_packversion_communities v ON v.community_id = c.community_id"
    " WHERE c.pack_id = portal_pack.id AND v.packversion_id = portal_pack.current_id)"
)
VERSION_NOW = (
    "EXISTS (SELECT 1 FROM portal_pack_communities c"
    " JOIN portal_packversion_communities v ON v.community_id = c.community_id"
    " WHERE c.pack_id = portal_packversion.pack_id AND v.packversion_id = portal_packversion.id)"
)
VERSION_BEFORE = "EXISTS (SELECT 1 FROM portal_pack p WHERE p.id = portal_packversion.pack_id)"
SHOWN = "current_id IS NOT NULL AND (embargo_until IS NULL OR embargo_until <= clock_timestamp())"
#: table -> what a partner's session sees of it: before, and from now on
POLICIES = {
    "portal_pack": (f"{SHOWN} AND {PACK_BEFORE}", f"{SHOWN} AND {PACK_NOW}"),
    "portal_packversion": (
        f"state = 'issued' AND {VERSION_BEFORE}",
        f"state = 'issued' AND {VERSION_BEFORE} AND {VERSION_NOW}",
    ),
}
TABLE = "portal_packversion_communities"

#: Until now every version of a pack was given to all of the pack's communities. It goes on being given to those in which
#: each of its files was published at some time: for these it was composed.
FILL = """
INSERT INTO portal_packversion_communities (packversion_id, community_id)
SELECT v.id, c.community_id FROM portal_packversion v JOIN portal_pack_communities c ON c.pack_id = v.pack_id
WHERE NOT EXISTS (
    SELECT 1 FROM portal_packfile f WHERE f.pack_version_id = v.id AND NOT EXISTS (
        SELECT 1 FROM portal_publicationitem i
        WHERE i.variant_id = f.variant_id AND i.community_id = c.community_id
    )
);
"""
#: A community may go, with all that names it; none may be added to a version that is issued.
GUARD = """
CREATE FUNCTION portal_packversion_communities_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM portal_packversion v WHERE v.id = NEW.packversion_id AND v.state = 'issued') THEN
        RAISE EXCEPTION 'An issued version of a pack never changes.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER portal_packversion_communities_guard BEFORE INSERT OR UPDATE ON portal_packversion_communities
    FOR EACH ROW EXECUTE FUNCTION portal_packversion_communities_guard();
"""
DROP_GUARD = f"DROP TRIGGER {TABLE}_guard ON {TABLE}; DROP FUNCTION {TABLE}_guard();"


def _set_policies(schema_editor, which):
    for table, conditions in POLICIES.items():
        schema_editor.execute(f"DROP POLICY {table}_scope ON {table}")
        schema_editor.execute(
            f"CREATE POLICY {table}_scope ON {table} USING ((SELECT portal_sees_all()) OR ({conditions[which]}))"
        )


def up(apps, schema_editor):
    schema_editor.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    schema_editor.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    schema_editor.execute(
        f"CREATE POLICY {TABLE}_scope ON {TABLE} USING ((SELECT portal_sees_all()) OR community_id IN {MINE})"
    )
    _set_policies(schema_editor, 1)


def down(apps, schema_editor):
    _set_policies(schema_editor, 0)
    schema_editor.execute(f"DROP POLICY {TABLE}_scope ON {TABLE}")
    schema_editor.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
    schema_editor.execute(f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("portal", "0028_verdicts_age")]
    operations = [
        migrations.AddField(
            model_name="packversion",
            name="communities",
            field=models.ManyToManyField(
                related_name="pack_versions", to="portal.community", verbose_name="communities"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, DROP_GUARD),
        migrations.RunPython(up, down),
    ]
