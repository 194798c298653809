"""
Mail addresses that somebody added to their account without proof: allauth's page for it was open until now.

Signing in by code looks there first, so one of them could lead the address's owner into another person's account.
"""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("account", "EmailAddress").objects.filter(verified=False).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0025_captions"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
