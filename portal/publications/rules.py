"""Changing the routing rules: every change asks for a pass over all files."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from portal.activity import services as activity
from portal.partners.models import Community
from portal.publications.models import RoutingRule
from portal.publications.services import request_routing

#: What a rule is, apart from the communities it leads to.
FIELDS = (
    "name", "is_active", "folders", "tags", "labels", "kinds", "gtins", "brands", "markets", "languages", "metadata",
)  # fmt: skip


@transaction.atomic
def save_rule(
    *,
    rule: RoutingRule | None,
    facts: Mapping[str, Any],
    communities: Collection[Community],
    now: datetime,
    actor: str,
) -> tuple[RoutingRule, bool]:
    """
    Create a rule, or bring one to these facts, and ask for a pass over all files.

    :param facts: a value for each of ``FIELDS``
    :returns: the rule, and whether anything changed; the same facts again ask for nothing
    """
    if rule is None:
        rule = RoutingRule.objects.create(**{name: facts[name] for name in FIELDS})
        changed = list(FIELDS)
    else:
        rule = RoutingRule.objects.select_for_update().get(pk=rule.pk)
        changed = [name for name in FIELDS if getattr(rule, name) != facts[name]]
        for name in changed:
            setattr(rule, name, facts[name])
        rule.save(update_fields=changed)
    if {community.pk for community in communities} != set(rule.communities.values_list("pk", flat=True)):
        rule.communities.set(communities)
        changed.append("communities")
    if changed:
        _note("rule.saved", rule, actor, now, {"fields": changed})
        request_routing(now=now)
    return rule, bool(changed)


@transaction.atomic
def remove_rule(*, rule: RoutingRule, now: datetime, actor: str) -> None:
    """Delete a rule, and ask for a pass over all files: what only it wanted somewhere is taken back."""
    _note("rule.removed", rule, actor, now, {})
    rule.delete()
    request_routing(now=now)


def _note(verb: str, rule: RoutingRule, actor: str, now: datetime, data: dict[str, Any]) -> None:
    activity.record(
        verb=verb, subject=f"rule:{rule.pk}", actor=actor, data={"name": rule.name, **data}, now=now
    )
