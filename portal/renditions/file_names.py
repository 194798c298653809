"""File names of renditions: by their recipe's own template, else the usual one."""

from portal.catalog.models import AssetVersion
from portal.renditions import name_templates, naming
from portal.renditions.models import RecipeRevision


def by_template(
    version: AssetVersion, revision: RecipeRevision, *, width: int | None, height: int | None
) -> str | None:
    """
    Return the name the revision's template makes, ``None`` when it has none or the file lacks what it needs.

    Reads the version's variant, asset and product: select them when there are many.

    :param width: of the rendition, in pixels, or what it will have; ``None`` for anything without
    """
    if not revision.naming:
        return None
    variant = version.variant
    asset, product = variant.asset, variant.asset.product
    facts = {
        "gtin": product.gtin if product else "",
        "view": asset.view,
        "facing": name_templates.FACINGS.get(asset.view, "0"),
        "lang": variant.language,
        "market": variant.markets[0] if len(variant.markets) == 1 else "",
        "brand": asset.brand,
        "name": version.file_name.rsplit(".", 1)[0],
        "kind": asset.kind,
        "version": str(version.number),
        "recipe": revision.suffix or revision.recipe.key,
        "width": str(width or ""),
        "height": str(height or ""),
    }
    extension = naming.extension_of(revision, original=version.extension)
    return name_templates.render(revision.naming, facts, extension)


def of_version(
    version: AssetVersion, revision: RecipeRevision, *, width: int | None, height: int | None
) -> str:
    """
    Return a name that is safe everywhere: by the recipe's own template, else one that tells version and size,
    ``oat_front-v4-web-1200.webp``.

    A template reads the version's variant, asset and product: select them when there are many.

    :param width: of the rendition, in pixels, or what it will have; ``None`` for anything without
    """
    return by_template(version, revision, width=width, height=height) or naming.file_name(
        version.file_name, revision, extension=version.extension, version=version.number
    )
