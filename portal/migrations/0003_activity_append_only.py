"""The activity record is appended to and sealed, never changed or deleted, whoever asks."""

from django.db import migrations

UP = """
CREATE FUNCTION portal_activity_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL
       AND (NEW.id, NEW.at, NEW.verb, NEW.actor, NEW.subject, NEW.data)
           IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.verb, OLD.actor, OLD.subject, OLD.data) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The activity record is append-only.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER portal_activity_guard BEFORE UPDATE OR DELETE ON portal_activity
    FOR EACH ROW EXECUTE FUNCTION portal_activity_guard();
"""
DOWN = "DROP TRIGGER portal_activity_guard ON portal_activity; DROP FUNCTION portal_activity_guard();"


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_row_level_security")]
    operations = [migrations.RunSQL(UP, DOWN)]
