"""Every domain's models: one app label, one migration history."""

from portal.accounts.models import *  # noqa: F403
from portal.activity.models import *  # noqa: F403
from portal.catalog.models import *  # noqa: F403
from portal.change_requests.models import *  # noqa: F403
from portal.downloads.models import *  # noqa: F403
from portal.onboarding.models import *  # noqa: F403
from portal.packs.models import *  # noqa: F403
from portal.partners.models import *  # noqa: F403
from portal.publications.models import *  # noqa: F403
from portal.renditions.models import *  # noqa: F403
