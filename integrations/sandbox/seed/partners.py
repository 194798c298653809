"""
The trading partners of Norrvik, as plain data for the Trading Grid sandbox.

Every company, person and address is invented; mail addresses end in ``.example``, GLNs lie below
GS1's demonstration prefix 952. Ids never change, so that what a portal stored yesterday still
names the same company today.

================  ===========================================================================
``HUB``           the brand's own company: company fields, ``users``, ``entitlements`` and ``roles``; its
                  id and its first user come from ``credentials.json``
``PARTNERS``      12 companies: the partner fields of the workspace contract plus ``contacts``
``COMMUNITIES``   ``communityId, name, kind, status, regions, languages``
``MEMBERSHIPS``   ``(communityId, partnerCompanyId, role, status)``; languages and regions come
                  from the partner
================  ===========================================================================

A contact: ``userId, loginId, email, firstName, lastName, preferredLanguage, preferredTimezone,
functions[], notify{posts, issues, tasks, changes}``.
"""

from typing import Any

from integrations.sandbox.seed.gtin import check_digit

EVERYTHING = {"posts": True, "issues": True, "tasks": True, "changes": True}
POSTS_ONLY = {"posts": True, "issues": False, "tasks": False, "changes": False}
WORK_ONLY = {"posts": False, "issues": True, "tasks": True, "changes": True}


def gln(number: int) -> str:
    """The GLN (13 digits with check digit) of location ``number``, 1 to 99999."""
    digits = f"9522100{number:05d}"
    return digits + check_digit(digits)


def _contact(
    number: int, first: str, last: str, email: str, language: str, timezone: str,
    functions: list[str], notify: dict[str, bool],
) -> dict[str, Any]:  # fmt: skip
    return {
        "userId": f"U{number:010d}",
        "loginId": email,
        "email": email,
        "firstName": first,
        "lastName": last,
        "preferredLanguage": language,
        "preferredTimezone": timezone,
        "functions": functions,
        "notify": dict(notify),
    }


HUB: dict[str, Any] = {
    "companyName": "Norrvik Foods AB",
    "gln": gln(1),
    "ediAddresses": ["ZZ:NORRVIK"],
    "address": {
        "addressLine1": "Kajgatan 14",
        "addressLine2": "",
        "city": "Göteborg",
        "state": "",
        "postalCode": "411 09",
        "countryCode": "SE",
    },
    "users": [
        # The first user is the portal's service account: its ids come from credentials.json.
        {"firstName": "Portal", "lastName": "Service", "preferredLanguage": "en",
         "preferredTimezone": "Europe/Stockholm", "roles": ["Community Projects Admin", "Partner Admin"]},
        {"userId": "U0000000002", "loginId": "elin.sandahl@norrvik.example", "firstName": "Elin",
         "lastName": "Sandahl", "preferredLanguage": "sv", "preferredTimezone": "Europe/Stockholm",
         "roles": ["Account Admin", "Community Projects Admin"]},
        {"userId": "U0000000003", "loginId": "mateo.rivas@norrvik.example", "firstName": "Mateo",
         "lastName": "Rivas", "preferredLanguage": "es", "preferredTimezone": "Europe/Madrid",
         "roles": ["Community Viewer", "TGMS Reports"]},
        {"userId": "U0000000004", "loginId": "noor.haddad@norrvik.example", "firstName": "Noor",
         "lastName": "Haddad", "preferredLanguage": "ar", "preferredTimezone": "Asia/Dubai",
         "roles": ["Partner Admin"]},
    ],
    "entitlements": ["Active Community", "Active Documents", "Lens", "Trading Grid Messaging Service"],
    # Every role there is to grant.
    "roles": ["Account Admin", "Active Documents custom", "Community Projects Admin", "Community Viewer",
              "Lens Standard role", "Partner Admin", "Security Admin", "TGMS Reports"],
}  # fmt: skip


def _partner(
    company_id: str, name: str, kind: str, regions: list[str], markets: list[str], languages: list[str],
    segments: list[str], edi: list[str], location: int, contacts: list[dict[str, Any]],
    status: str = "ACTIVE",
) -> dict[str, Any]:  # fmt: skip
    return {
        "partnerCompanyId": company_id,
        "name": name,
        "ediAddresses": edi,
        "gln": gln(location),
        "kind": kind,
        "regions": regions,
        "targetMarkets": markets,
        "preferredLanguage": languages[0],
        "languages": languages,
        "segments": segments,
        "status": status,
        "contacts": contacts,
    }


BERLIN, ZURICH, VIENNA = "Europe/Berlin", "Europe/Zurich", "Europe/Vienna"
PARIS, MADRID, RIYADH, DUBAI = "Europe/Paris", "Europe/Madrid", "Asia/Riyadh", "Asia/Dubai"

PARTNERS: list[dict[str, Any]] = [
    _partner("GC00000101BR", "Bergmann Retail", "RETAILER", ["DACH"], ["DE"], ["de", "en"],
             ["supermarket", "online-shop"], ["ZZ:BERGMANN", f"14:{gln(101)}"], 101, [
        _contact(1011, "Jana", "Kessler", "jana.kessler@bergmann.example", "de", BERLIN,
                 ["MARKETING", "ECOMMERCE"], EVERYTHING),
        _contact(1012, "Tobias", "Wendt", "tobias.wendt@bergmann.example", "de", BERLIN,
                 ["CATEGORY_MANAGEMENT"], POSTS_ONLY),
        _contact(1013, "Miriam", "Oduya", "miriam.oduya@bergmann.example", "en", BERLIN,
                 ["MASTER_DATA"], WORK_ONLY)]),
    _partner("GC00000102AK", "Alpkorn Märkte AG", "RETAILER", ["DACH"], ["CH"], ["de", "fr"],
             ["supermarket"], ["ZZ:ALPKORN"], 102, [
        _contact(1021, "Reto", "Zbinden", "reto.zbinden@alpkorn.example", "de", ZURICH,
                 ["ECOMMERCE"], EVERYTHING),
        _contact(1022, "Aline", "Rochat", "aline.rochat@alpkorn.example", "fr", ZURICH,
                 ["MARKETING"], POSTS_ONLY)]),
    _partner("GC00000103DH", "Donauhof Handelsgesellschaft m.b.H.", "RETAILER", ["DACH"], ["AT"], ["de"],
             ["convenience"], ["ZZ:DONAUHOF"], 103, [
        _contact(1031, "Katharina", "Moser", "katharina.moser@donauhof.example", "de", VIENNA,
                 ["MARKETING"], EVERYTHING),
        _contact(1032, "Lukas", "Hörtnagl", "lukas.hoertnagl@donauhof.example", "de", VIENNA,
                 ["MASTER_DATA"], WORK_ONLY)], status="SUSPENDED"),
    _partner("GC00000104PL", "Papierwerk Lindau GmbH & Co. KG", "SUPPLIER", ["DACH"], ["DE", "AT", "CH"],
             ["de", "en"], ["packaging"], ["ZZ:PWLINDAU"], 104, [
        _contact(1041, "Friederike", "Böhm", "friederike.boehm@pw-lindau.example", "de", BERLIN,
                 ["PACKAGING", "COMPLIANCE"], EVERYTHING),
        _contact(1042, "Arne", "Sievers", "arne.sievers@pw-lindau.example", "de", BERLIN,
                 ["PREPRESS"], WORK_ONLY)]),
    _partner("GC00000105SN", "Studio Nordlicht", "AGENCY", ["DACH"], ["DE", "AT", "CH"], ["de", "en"],
             ["campaign", "localisation"], ["ZZ:NORDLICHT"], 105, [
        _contact(1051, "Svenja", "Aalto", "svenja.aalto@nordlicht.example", "en", BERLIN,
                 ["CREATIVE"], EVERYTHING),
        _contact(1052, "Emre", "Yıldız", "emre.yildiz@nordlicht.example", "de", BERLIN,
                 ["LOCALISATION"], WORK_ONLY)]),
    _partner("GC00000201MC", "Maison Corvelle", "RETAILER", ["IBERIA_FRANCE"], ["FR"], ["fr", "en"],
             ["supermarket", "online-shop"], ["ZZ:CORVELLE"], 201, [
        _contact(2011, "Élodie", "Garnier", "elodie.garnier@corvelle.example", "fr", PARIS,
                 ["ECOMMERCE", "MARKETING"], EVERYTHING),
        _contact(2012, "Yacine", "Benali", "yacine.benali@corvelle.example", "fr", PARIS,
                 ["MASTER_DATA"], WORK_ONLY)]),
    _partner("GC00000202GS", "Groupement Coopératif des Épiceries Indépendantes et Magasins de Proximité du "
             "Grand Sud-Ouest, de l’Occitanie et des Pyrénées-Orientales", "DISTRIBUTOR", ["IBERIA_FRANCE"],
             ["FR", "ES"], ["fr", "es"], ["wholesale", "convenience"], ["ZZ:GCEIGSO"], 202, [
        _contact(2021, "Marie-Clémence", "de La Rochebrochard-Etchegaray",
                 "mc.delarochebrochard-etchegaray@groupement-grand-sud-ouest.example", "fr", PARIS,
                 ["MARKETING"], EVERYTHING),
        _contact(2022, "Iker", "Etxeberria", "iker.etxeberria@groupement-grand-sud-ouest.example", "es",
                 MADRID, ["CATEGORY_MANAGEMENT"], POSTS_ONLY)]),
    _partner("GC00000203MA", "Mercados Alborada, S.A.", "RETAILER", ["IBERIA_FRANCE"], ["ES"], ["es"],
             ["supermarket"], ["ZZ:ALBORADA"], 203, [
        _contact(2031, "Lucía", "Ferrer Ibáñez", "lucia.ferrer@alborada.example", "es", MADRID,
                 ["MARKETING", "ECOMMERCE"], EVERYTHING),
        _contact(2032, "Álvaro", "Núñez", "alvaro.nunez@alborada.example", "es", MADRID,
                 ["MASTER_DATA"], WORK_ONLY)]),
    _partner("GC00000204ET", "Envases del Turia, S.L.", "SUPPLIER", ["IBERIA_FRANCE"], ["ES", "FR"],
             ["es", "en"], ["packaging"], ["ZZ:ENVTURIA"], 204, [
        _contact(2041, "Carmen", "Soler", "carmen.soler@envasesturia.example", "es", MADRID,
                 ["PACKAGING"], EVERYTHING),
        _contact(2042, "Pau", "Climent", "pau.climent@envasesturia.example", "es", MADRID,
                 ["COMPLIANCE"], WORK_ONLY)]),
    _partner("GC00000301NZ", "شركة النخيل الذهبية للتوزيع", "DISTRIBUTOR", ["GULF"], ["SA"], ["ar", "en"],
             ["wholesale"], ["ZZ:GOLDPALM"], 301, [
        _contact(3011, "سارة", "القحطاني", "sara.alqahtani@goldpalm.example", "ar", RIYADH,
                 ["MARKETING"], EVERYTHING),
        _contact(3012, "فهد", "الدوسري", "fahd.aldosari@goldpalm.example", "ar", RIYADH,
                 ["MASTER_DATA"], WORK_ONLY)]),
    _partner("GC00000302GC", "Gulf Crescent Distribution LLC", "DISTRIBUTOR", ["GULF"], ["AE"], ["en", "ar"],
             ["wholesale", "online-shop"], ["ZZ:GULFCRES"], 302, [
        _contact(3021, "Priya", "Menon", "priya.menon@gulfcrescent.example", "en", DUBAI,
                 ["ECOMMERCE"], EVERYTHING),
        _contact(3022, "Khalid", "Al Mansoori", "khalid.almansoori@gulfcrescent.example", "ar", DUBAI,
                 ["CATEGORY_MANAGEMENT"], POSTS_ONLY),
        _contact(3023, "Grace", "Okafor", "grace.okafor@gulfcrescent.example", "en", DUBAI,
                 ["MASTER_DATA"], WORK_ONLY)]),
    _partner("GC00000303QM", "Qalam Media FZ-LLC", "AGENCY", ["GULF"], ["AE", "SA"], ["ar", "en"],
             ["localisation"], ["ZZ:QALAM"], 303, [
        _contact(3031, "Layla", "Nasser", "layla.nasser@qalam.example", "ar", DUBAI,
                 ["LOCALISATION"], EVERYTHING),
        _contact(3032, "Omar", "Rahimi", "omar.rahimi@qalam.example", "en", DUBAI,
                 ["CREATIVE"], POSTS_ONLY)], status="INVITED"),
]  # fmt: skip


def _community(
    community_id: str, name: str, kind: str, regions: list[str], languages: list[str], status: str = "ACTIVE"
) -> dict[str, Any]:
    return {
        "communityId": community_id,
        "name": name,
        "kind": kind,
        "status": status,
        "regions": regions,
        "languages": languages,
    }


COMMUNITIES: list[dict[str, Any]] = [
    _community("com-retail-dach", "Retail programme DACH", "PROGRAM", ["DACH"], ["de", "fr", "en"]),
    _community("com-retail-iberia-france", "Retail programme Iberia and France", "PROGRAM",
               ["IBERIA_FRANCE"], ["fr", "es", "en"]),
    _community("com-gulf-distributors", "Gulf distributors", "REGIONAL", ["GULF"], ["ar", "en"]),
    _community("com-suppliers", "Packaging suppliers", "PROGRAM", ["DACH", "IBERIA_FRANCE"],
               ["de", "es", "en"]),
    _community("com-winter-kitchen", "Winter Kitchen", "CAMPAIGN", ["DACH", "IBERIA_FRANCE"],
               ["de", "fr", "en"]),
    _community("com-breakfast-table", "Breakfast Table", "CAMPAIGN", ["IBERIA_FRANCE", "GULF"],
               ["fr", "es", "ar", "en"]),
    _community("com-harvest-2025", "Harvest 2025", "CAMPAIGN", ["DACH"], ["de"], status="CLOSED"),
    _community("com-onboarding", "New partners", "ONBOARDING", ["DACH", "IBERIA_FRANCE", "GULF"],
               ["en", "de", "fr", "es", "ar"]),
]  # fmt: skip

# A member's role: MEMBER takes media for its own channels, CONTRIBUTOR also works on them.
MEMBERSHIPS: list[tuple[str, str, str, str]] = [
    ("com-retail-dach", "GC00000101BR", "MEMBER", "ACTIVE"),
    ("com-retail-dach", "GC00000102AK", "MEMBER", "ACTIVE"),
    ("com-retail-dach", "GC00000103DH", "MEMBER", "SUSPENDED"),
    ("com-retail-iberia-france", "GC00000201MC", "MEMBER", "ACTIVE"),
    ("com-retail-iberia-france", "GC00000202GS", "MEMBER", "ACTIVE"),
    ("com-retail-iberia-france", "GC00000203MA", "MEMBER", "ACTIVE"),
    ("com-gulf-distributors", "GC00000301NZ", "MEMBER", "ACTIVE"),
    ("com-gulf-distributors", "GC00000302GC", "MEMBER", "ACTIVE"),
    ("com-suppliers", "GC00000104PL", "CONTRIBUTOR", "ACTIVE"),
    ("com-suppliers", "GC00000204ET", "CONTRIBUTOR", "ACTIVE"),
    ("com-winter-kitchen", "GC00000101BR", "MEMBER", "ACTIVE"),
    ("com-winter-kitchen", "GC00000105SN", "CONTRIBUTOR", "ACTIVE"),
    ("com-breakfast-table", "GC00000202GS", "MEMBER", "ACTIVE"),
    ("com-breakfast-table", "GC00000302GC", "MEMBER", "ACTIVE"),
    ("com-harvest-2025", "GC00000102AK", "MEMBER", "ACTIVE"),
    ("com-onboarding", "GC00000303QM", "CONTRIBUTOR", "INVITED"),
]
