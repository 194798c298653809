"""What the demo adds to what the sandbox holds: routing rules, people and systems of the invented brand."""

from typing import Any

DEMO_FOLDER = "/Campaigns/Winter Kitchen"
SCOPES = (
    "assets:read",
    "files:read",
    "packs:read",
    "packs:confirm",
    "changes:read",
    "onboarding:read",
    "onboarding:complete",
    "requests:read",
    "requests:write",
    "archives:read",
    "archives:write",
    "shares:read",
    "shares:write",
    "embeds:read",
    "embeds:write",
    "downloads:read",
    "channels:read",
    "channels:write",
)
STAFF_EMAIL = "staff@norrvik.example"

_RANGES = ["/Norrvik Pantry", "/Norrvik Home", "/Video"]

#: name of the rule -> (community, conditions)
RULES = {
    "Ranges for DACH": (
        "Retail programme DACH",
        {"folders": _RANGES, "markets": ["DE", "AT", "CH"], "languages": ["de", "en", "fr"]},
    ),
    "Ranges for Iberia and France": (
        "Retail programme Iberia and France",
        {"folders": _RANGES, "markets": ["FR", "ES", "PT"], "languages": ["fr", "es", "en"]},
    ),
    "Ranges for the Gulf": (
        "Gulf distributors",
        {"folders": _RANGES, "markets": ["AE", "SA", "QA", "KW"], "languages": ["ar", "en"]},
    ),
    "Brand for DACH": ("Retail programme DACH", {"folders": ["/Brand"]}),
    "Brand for Iberia and France": ("Retail programme Iberia and France", {"folders": ["/Brand"]}),
    "Brand for the Gulf": ("Gulf distributors", {"folders": ["/Brand"]}),
    "Brand for suppliers": ("Packaging suppliers", {"folders": ["/Brand"]}),
    "Brand for new partners": ("New partners", {"folders": ["/Brand"]}),
    "Winter Kitchen": ("Winter Kitchen", {"folders": [DEMO_FOLDER]}),
    "Breakfast Table": ("Breakfast Table", {"folders": ["/Campaigns/Breakfast Table"]}),
}

#: mail address, name, company, role, language
PEOPLE = [
    ("jana.kessler@bergmann.example", "Jana Kessler", "Bergmann Retail", "manager", "en"),
    ("tobias.wendt@bergmann.example", "Tobias Wendt", "Bergmann Retail", "viewer", "de"),
    ("reto.zbinden@alpkorn.example", "Reto Zbinden", "Alpkorn Märkte AG", "manager", "de"),
    ("svenja.aalto@nordlicht.example", "Svenja Aalto", "Studio Nordlicht", "member", "de"),
    ("elodie.garnier@corvelle.example", "Élodie Garnier", "Maison Corvelle", "manager", "fr"),
    ("lucia.ferrer@alborada.example", "Lucía Ferrer Ibáñez", "Mercados Alborada, S.A.", "member", "es"),
    ("sara.alqahtani@goldpalm.example", "سارة القحطاني", "شركة النخيل الذهبية للتوزيع", "manager", "ar"),
    ("priya.menon@gulfcrescent.example", "Priya Menon", "Gulf Crescent Distribution LLC", "manager", "en"),
    (
        "katharina.moser@donauhof.example",
        "Katharina Moser",
        "Donauhof Handelsgesellschaft m.b.H.",
        "member",
        "de",
    ),
    # The freelancer works for two companies: the demo of the company switcher.
    ("layla.nasser@qalam.example", "Layla Nasser", "Gulf Crescent Distribution LLC", "viewer", "en"),
    ("layla.nasser@qalam.example", "Layla Nasser", "Studio Nordlicht", "viewer", "en"),
]

#: company -> name of its system; the first gets the demo folder, the second does not
SYSTEMS = {
    "Bergmann Retail": "Bergmann PIM",
    "Gulf Crescent Distribution LLC": "Crescent shop",
}


#: Packs: for one community each; files chosen by hand (the first ``files`` of a kind and view) or by a rule.
PACKS: list[dict[str, Any]] = [
    {
        "title": {
            "en": "Onboarding pack DACH",
            "de": "Einstiegspaket DACH",
            "fr": "Pack d’accueil DACH",
            "es": "Paquete de bienvenida DACH",
        },
        "purpose": "onboarding",
        "community": "Retail programme DACH",
        "kind": "packshot",
        "view": "front",
        "files": 12,
        "asks": "in_use",
    },
    {
        "title": {"en": "Winter Kitchen launch", "de": "Markteinführung Winter Kitchen"},
        "purpose": "launch",
        "community": "Winter Kitchen",
        "rule": {"folders": [DEMO_FOLDER]},
        "asks": "received",
        "terms": {
            "en": "Use these pictures for the launch of Winter Kitchen, until the season ends. Do not crop the logo.",
            "de": "Verwenden Sie diese Bilder für die Einführung von Winter Kitchen, bis die Saison endet. "
            "Das Logo darf nicht beschnitten werden.",
        },
    },
]
