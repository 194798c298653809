"""The download sizes every portal starts with; staff revise them afterwards."""

from typing import Any

from django.utils import timezone

from portal.renditions.choices import Format
from portal.renditions.made_to_order import FITTED, OWN, RESPONSIVE
from portal.renditions.models import Recipe, RecipeRevision

# key, medium, position, preview, titles, then what the first revision says
RECIPES: list[tuple[str, str, int, bool, dict[str, str], dict[str, Any]]] = [
    ("web-1200", "image", 10, False, {"en": "Web shop", "de": "Webshop", "fr": "Boutique en ligne", "es": "Tienda en línea", "ar": "المتجر الإلكتروني"},
     {"width": 1200, "height": 1200, "fit": "bound", "format": "webp", "quality": 82}),
    ("marketplace", "image", 20, False, {"en": "Marketplace", "de": "Marktplatz", "fr": "Place de marché", "es": "Mercado en línea", "ar": "السوق الإلكتروني"},
     {"width": 2000, "height": 2000, "fit": "pad", "format": "jpeg", "quality": 88, "background": "ffffff"}),
    ("web-jpeg", "image", 30, False, {"en": "Web shop, JPEG", "de": "Webshop, JPEG", "fr": "Boutique en ligne, JPEG", "es": "Tienda en línea, JPEG", "ar": "المتجر الإلكتروني، JPEG"},
     {"width": 1200, "height": 1200, "fit": "bound", "format": "jpeg", "quality": 85}),
    ("print", "image", 40, False, {"en": "Large, for print", "de": "Groß, für Druck", "fr": "Grand, pour l’impression", "es": "Grande, para imprenta", "ar": "كبير، للطباعة"},
     {"width": 4000, "height": 4000, "fit": "bound", "format": "png", "quality": None}),
    ("video-720", "video", 10, False, {"en": "Video, 720 lines", "de": "Video, 720 Zeilen", "fr": "Vidéo, 720 lignes", "es": "Vídeo, 720 líneas", "ar": "فيديو، 720 سطرًا"},
     {"width": 1280, "height": 720, "fit": "bound", "format": "mp4", "quality": None}),
    ("video-1080", "video", 15, False, {"en": "Video, 1080 lines", "de": "Video, 1080 Zeilen", "fr": "Vidéo, 1080 lignes", "es": "Vídeo, 1080 líneas", "ar": "فيديو، 1080 سطرًا"},
     {"width": 1920, "height": 1080, "fit": "bound", "format": "mp4", "quality": None}),
    ("video-square", "video", 30, False, {"en": "Video, square", "de": "Video, quadratisch", "fr": "Vidéo, carrée", "es": "Vídeo, cuadrado", "ar": "فيديو، مربّع"},
     {"width": 720, "height": 720, "fit": "crop", "format": "mp4", "quality": None}),
    ("video-15s", "video", 40, False, {"en": "Video, 15 seconds", "de": "Video, 15 Sekunden", "fr": "Vidéo, 15 secondes", "es": "Vídeo, 15 segundos", "ar": "فيديو، 15 ثانية"},
     {"width": 1280, "height": 720, "fit": "bound", "format": "mp4", "quality": None, "seconds": 15}),
    ("video-poster", "video", 50, False, {"en": "Poster of the video", "de": "Standbild des Videos", "fr": "Image fixe de la vidéo", "es": "Imagen del vídeo", "ar": "صورة من الفيديو"},
     {"width": 1280, "height": 720, "fit": "bound", "format": "jpeg", "quality": 85}),
    ("video-360", "video", 20, False, {"en": "Video, small", "de": "Video, klein", "fr": "Vidéo, petite", "es": "Vídeo, pequeño", "ar": "فيديو، صغير"},
     {"width": 640, "height": 360, "fit": "bound", "format": "mp4", "quality": None}),
    ("original", "other", 90, False, {"en": "Original file", "de": "Originaldatei", "fr": "Fichier d’origine", "es": "Archivo original", "ar": "الملف الأصلي"},
     {"fit": "bound", "format": "original"}),
    ("preview-480", "image", 200, True, {"en": "Preview"}, {"width": 480, "height": 480, "fit": "bound", "format": "webp", "quality": 76}),
    ("preview-1200", "image", 210, True, {"en": "Preview, large"}, {"width": 1200, "height": 1200, "fit": "bound", "format": "webp", "quality": 80}),
    ("preview-video", "video", 220, True, {"en": "Preview, video"}, {"width": 640, "height": 360, "fit": "bound", "format": "mp4", "quality": None}),
]  # fmt: skip

#: The recipes whose revisions are orders.
ORDERED = {
    FITTED: {"en": "Made to fit a channel", "de": "Für einen Kanal passend gemacht", "fr": "Adapté à un canal", "es": "Adaptado a un canal", "ar": "مُعدّ ليناسب قناة"},
    OWN: {"en": "Own size", "de": "Eigene Größe", "fr": "Taille personnalisée", "es": "Tamaño propio", "ar": "مقاس خاص"},
    RESPONSIVE: {"en": "Responsive set", "de": "Responsives Set", "fr": "Jeu adaptatif", "es": "Juego adaptable", "ar": "مجموعة متجاوبة"},
}  # fmt: skip


def ensure_ordered(**kwargs) -> None:
    """Make the recipes whose revisions are orders. Runs after every migration."""
    for key, title in ORDERED.items():
        Recipe.objects.get_or_create(
            key=key, defaults={"title": title, "is_active": False, "made_to_order": True, "position": 300}
        )


def ensure_standard(**kwargs) -> None:
    """
    Make the standard sizes in a portal that has none. Runs after every migration; what staff changed is left alone.
    """
    if Recipe.objects.filter(made_to_order=False).exists():
        return
    now = timezone.now()
    for key, medium, position, preview, title, revision in RECIPES:
        recipe = Recipe.objects.create(
            key=key, medium=medium, position=position, is_preview=preview, title=title
        )
        # Our own pages' pictures stay as light as they can be.
        carries = not preview and revision["format"] != Format.ORIGINAL
        RecipeRevision.objects.create(
            recipe=recipe, number=1, created_at=now, carries_rights=carries, **revision
        )
