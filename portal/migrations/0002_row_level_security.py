"""
The second wall behind the selectors: PostgreSQL shows a partner's session only that partner's rows.

``portal.scope`` is set by ``portal.core.rowscope``: ``all``, a partner's row number, or nothing. The policies are
forced on the table's owner too, so the portal's own role is bound by them; a superuser or a role with BYPASSRLS is not,
and ``manage.py migrate`` refuses such a role (``portal.core.checks``).
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION portal_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('portal.scope', true), '') = 'all' $$;
CREATE FUNCTION portal_partner() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN current_setting('portal.scope', true) ~ '^[0-9]+$'
                THEN current_setting('portal.scope', true)::bigint END
$$;
"""
DROP_FUNCTIONS = "DROP FUNCTION portal_sees_all(); DROP FUNCTION portal_partner();"

MINE = (
    "(SELECT m.community_id FROM portal_communitymembership m WHERE m.partner_id = (SELECT portal_partner()))"
)
OWN = "partner_id = (SELECT portal_partner())"

#: table -> what a partner's session sees of it
POLICIES = {
    "portal_partner": "id = (SELECT portal_partner())",
    "portal_membership": OWN,
    "portal_communitymembership": OWN,
    "portal_invitation": OWN,
    "portal_apiclient": OWN,
    "portal_download": OWN,
    "portal_activity": OWN,
    "portal_community": f"id IN {MINE}",
    "portal_publication": f"community_id IN {MINE}",
    "portal_publicationitem": f"community_id IN {MINE}",
    "portal_change": f"{OWN} OR (partner_id IS NULL AND community_id IN {MINE})",
    "portal_asset": "EXISTS (SELECT 1 FROM portal_publication p WHERE p.asset_id = portal_asset.id)",
    "portal_variant": "EXISTS (SELECT 1 FROM portal_publicationitem i WHERE i.variant_id = portal_variant.id)",
    "portal_assetversion": (
        "EXISTS (SELECT 1 FROM portal_publicationitem i WHERE i.variant_id = portal_assetversion.variant_id)"
    ),
    "portal_rendition": "EXISTS (SELECT 1 FROM portal_assetversion v WHERE v.id = portal_rendition.version_id)",
    "portal_product": "EXISTS (SELECT 1 FROM portal_asset a WHERE a.product_id = portal_product.id)",
}


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
    dependencies = [("portal", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunPython(up, down),
    ]
