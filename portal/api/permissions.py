"""What a partner's system may do: one scope per noun and verb."""

from rest_framework.permissions import BasePermission

from portal.partners import scopes

#: Scope -> what it allows, as the documentation says it.
SCOPES = {
    "assets:read": "See assets, their files in every language, and the sizes they come in.",
    "files:read": "Download files by their digest, and ask whether a file is still right.",
    "packs:read": "See packs, their versions and signed lists; with files:read, download their archives.",
    "packs:confirm": "Answer about the files of packs, and read what was answered.",
    "archives:read": "See archives that are being prepared or ready; with files:read, download them.",
    "archives:write": "Have archives of chosen files prepared, stop and remove them.",
    "shares:read": "See share links, who they went to, and what was taken by them.",
    "shares:write": "Give files and packs to people without an account by link, and take links back.",
    "embeds:read": "See embed links, with their addresses and the HTML for a page.",
    "embeds:write": "Embed files whose rights allow public use, and take embed links back.",
    "downloads:read": "See what your company took, and whether it is still right.",
    "channels:read": "See your channels, channel specifications, and how files stand against them.",
    "channels:write": "Add, change and remove channels and specifications of your own.",
    "changes:read": "Read everything that changed since a position.",
    "onboarding:read": "See how far the company is with its onboarding, and what each step asks for.",
    "onboarding:complete": "Complete steps of the onboarding.",
    "requests:read": "See what the company asked for, how far it is, and what was said about it.",
    "requests:write": "Ask for media in the company's name, answer, confirm and reopen.",
}
scopes.OFFERED.update(SCOPES)


class HasScope(BasePermission):
    """
    The token must carry every scope the view names for the method: ``required_scopes``, or ``scopes_to_write``.

    A view without ``required_scopes`` fails loudly: forgetting it must not open anything.
    """

    code = "insufficient_scope"

    def has_permission(self, request, view) -> bool:
        if request.auth is None:
            return False
        granted = set(request.auth.get_scopes())
        missing = [scope for scope in view.scopes_for(request.method) if scope not in granted]
        self.message = f"This needs a token with the scope {' and '.join(missing)}."
        return not missing
