"""File names of renditions by their recipe's own template."""

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
        "recipe": revision.recipe.key,
        "width": str(width or ""),
        "height": str(height or ""),
    }
    extension = naming.extension_of(revision, original=version.extension)
    return name_templates.render(revision.naming, facts, extension)
