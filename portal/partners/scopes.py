"""What a partner's system may be allowed: the API fills this in when it is loaded, so that pages can offer it."""

#: Scope -> what it allows, in English, as the API's documentation says it.
OFFERED: dict[str, str] = {}
