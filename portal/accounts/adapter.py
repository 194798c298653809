"""How we use allauth: nobody signs up, people are invited."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Closed to strangers; an invitation makes the account."""

    def is_open_for_signup(self, request) -> bool:
        return False
