"""Reading people."""

from portal.accounts.models import User


def is_known(email: str) -> bool:
    """Tell whether somebody with this mail address has an account."""
    return User.objects.filter(email=email.strip().lower()).exists()


def by_public_id(public_id: str) -> User | None:
    """Return a person by their public id. For staff."""
    return User.objects.filter(public_id=public_id).first()
