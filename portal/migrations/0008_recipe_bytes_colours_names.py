from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_packs_guarded"),
    ]

    operations = [
        migrations.AddField(
            model_name="reciperevision",
            name="carries_rights",
            field=models.BooleanField(db_default=False, default=False, verbose_name="carries rights"),
        ),
        migrations.AddField(
            model_name="reciperevision",
            name="colour_space",
            field=models.CharField(
                blank=True,
                choices=[("", "As it comes"), ("srgb", "sRGB, with its profile"), ("grey", "Shades of grey")],
                db_default="",
                default="",
                max_length=8,
                verbose_name="colours",
            ),
        ),
        migrations.AddField(
            model_name="reciperevision",
            name="dpi",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="pixels per inch"),
        ),
        migrations.AddField(
            model_name="reciperevision",
            name="max_bytes",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="most bytes"),
        ),
        migrations.AddField(
            model_name="reciperevision",
            name="naming",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="file name"
            ),
        ),
        migrations.AddField(
            model_name="reciperevision",
            name="seconds",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="seconds"),
        ),
    ]
