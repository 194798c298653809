"""Reading people."""

from portal.accounts.models import User


def is_known(email: str) -> bool:
    """Tell whether somebody with this mail address has an account."""
    return User.objects.filter(email=email.strip().lower()).exists()
