"""What the button "test connection" says: whether the DAM answers, and what its key may do of what we would."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.scaleflex import client
from integrations.scaleflex.config import Account


def test(account: Account) -> str:
    """
    Make the smallest calls that need everything to be right; returns sentences for staff.

    :raises Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    page = client.list_files(account, limit=1, offset=0)
    if page.total is None:
        first = _("Scaleflex answers, and the key may list files.")
    else:
        first = ngettext(
            "Scaleflex answers, and the key may list about %(count)s file.",
            "Scaleflex answers, and the key may list about %(count)s files.",
            page.total,
        ) % {"count": f"{page.total:,}"}
    granted = client.get_permissions(account)
    if granted is None:
        return f"{first} {_('What else it may do, Scaleflex does not tell.')}"
    may, may_not = [], []
    for feature, wanted in features(account):
        if missing := [word for word in wanted if word not in granted]:
            may_not.append(f"{feature} ({', '.join(missing)})")
        else:
            may.append(feature)
    sentences = [first]
    if may:
        sentences.append(_("It may: %(features)s.") % {"features": "; ".join(may)})
    if may_not:
        sentences.append(_("It may not: %(features)s.") % {"features": "; ".join(may_not)})
    return " ".join(sentences)


def features(account: Account) -> list[tuple[str, tuple[str, ...]]]:
    """
    Return what this connection is set up to do, and the permissions each needs.

    Source: "API keys" in the vendor's project settings. Which one comments need is not published; writing metadata is
    the nearest.
    """
    options = account.options
    found = [
        (_("mirror files"), ("OBJECTS_LIST", "OBJECTS_FETCH")),
        (_("send a replacement as a new version"), ("FILE_UPLOAD",)),
        (_("write metadata"), ("FILE_META_CHANGE",)),
        (_("take files off the public delivery"), ("FILE_SET_VISIBILITY",)),
    ]
    match options.request_carrier:
        case "comment":
            found.append((_("pass requests on as comments"), ("OBJECTS_FETCH", "FILE_META_CHANGE")))
        case "metadata":
            found.append((_("pass requests on in metadata"), ("FILE_META_CHANGE",)))
        case "label":
            found.append((_("pass requests on by a label"), ("LABELS_LIST", "FILE_LABEL_CHANGE")))
    if options.review_label:
        found.append((_("mark files as under review"), ("LABELS_LIST", "FILE_LABEL_CHANGE")))
    return found
