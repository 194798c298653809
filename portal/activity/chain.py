"""How activities are chained: each digest covers the one before, so nothing can be changed or taken out unnoticed."""

import hashlib

import orjson

from portal.activity.models import Activity

#: What the first entry of the chain follows.
FIRST = "0" * 64


def link_digest(previous: str, entry: Activity) -> str:
    """
    Return the digest that binds an entry to all before it: sha256 over the previous digest and the entry's facts as
    JSON with sorted keys and UTC times.
    """
    facts = [entry.position, entry.at, entry.verb, entry.actor, entry.partner_id, entry.subject, entry.data]
    body = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    return hashlib.sha256(previous.encode() + body).hexdigest()
