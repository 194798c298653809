"""
Onboarding behind the second wall (see 0002), and revisions of terms that nobody can change, whoever asks.

A partner's session sees its own way, and the programme and texts that belong to it. Codes are the brand's alone.
"""

from django.db import migrations

OWN = "partner_id = (SELECT portal_partner())"
#: table -> what a partner's session sees of it
POLICIES = {
    "portal_enrolment": OWN,
    "portal_enrolmentstep": OWN,
    "portal_onboardingacceptance": OWN,
    "portal_onboardingreminder": OWN,
    "portal_programme": "EXISTS (SELECT 1 FROM portal_enrolment e WHERE e.programme_id = portal_programme.id)",
    "portal_programmestep": (
        "EXISTS (SELECT 1 FROM portal_programme p WHERE p.id = portal_programmestep.programme_id)"
    ),
    "portal_onboardingdocument": (
        "EXISTS (SELECT 1 FROM portal_programmestep s WHERE s.document_id = portal_onboardingdocument.id)"
    ),
    "portal_onboardingdocumentrevision": (
        "EXISTS (SELECT 1 FROM portal_onboardingdocument d"
        " WHERE d.id = portal_onboardingdocumentrevision.document_id)"
    ),
    "portal_onboardingcode": "false",
}

GUARDS = """
CREATE FUNCTION portal_document_revision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published revision never changes.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER portal_document_revision_guard BEFORE UPDATE OR DELETE ON portal_onboardingdocumentrevision
    FOR EACH ROW EXECUTE FUNCTION portal_document_revision_guard();
"""
DROP_GUARDS = """
DROP TRIGGER portal_document_revision_guard ON portal_onboardingdocumentrevision;
DROP FUNCTION portal_document_revision_guard();
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
    dependencies = [("portal", "0016_onboarding")]
    operations = [
        migrations.RunPython(up, down),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
