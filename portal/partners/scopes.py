"""What a partner's system may be allowed: the API fills this in when it is loaded, so that pages can offer it."""

#: Scope -> what it allows, in English, as the API's documentation says it.
OFFERED: dict[str, str] = {}
#: What a company's first system may change. What gives files to others (shares, embeds), fills our disks (archives) or
#: rules how files are judged (channels) is left out until somebody says that the system needs it.
_FIRST_MAY_CHANGE = {"packs:confirm", "requests:write", "onboarding:complete"}


def of_first_system() -> list[str]:
    """Return what the key may do that a company makes for itself: read everything, and change little."""
    return [scope for scope in OFFERED if scope.endswith(":read") or scope in _FIRST_MAY_CHANGE]
