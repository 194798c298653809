"""
Path maps: under which addresses and names the same grid is served.

``DEFAULT`` serves the documented paths and, for what no document describes, our own contract.
``ACME`` is a tenant whose contract gave everything other names: paths, fields and status words.
Both look at the same data. :meth:`Profile.as_config` prints a profile in the shape an adapter is
configured with, so that a client proves itself configuration-driven by reading it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.routing import Map, Rule

SERVICES = "/TGCommunityServices/v1"
WORKSPACE = "/TGCommunityWorkspace/v1/companies/{companyId}"
ACME_SERVICES = "/acme-grid/directory/v2"
ACME_WORKSPACE = "/acme-grid/collab/v2/tenants/{companyId}"

# Which vocabulary an endpoint's bodies speak; endpoints of section 2 users and roles have none.
RESOURCES = {
    "partnerDirectory": "partners",
    "communities": "communities",
    "community": "communities",
    "members": "members",
    "posts": "posts",
    "post": "posts",
    "postState": "posts",
    "receipts": "receipts",
    "receipt": "receipts",
    "issues": "issues",
    "issue": "issues",
    "issueState": "issues",
    "onboardingProjects": "onboardingProjects",
    "onboardingProject": "onboardingProjects",
    "changeNotices": "changeNotices",
    "changeNotice": "changeNotices",
    "changeNoticeState": "changeNotices",
    "launchTasks": "launchTasks",
    "launchTask": "launchTasks",
    "launchTaskState": "launchTasks",
    "feedback": "feedback",
}
# A value map's name -> the resource and the field whose words it translates.
VALUE_FIELDS = {
    "communityKind": ("communities", "kind"),
    "postKind": ("posts", "kind"),
    "postStatus": ("posts", "status"),
    "receiptStatus": ("receipts", "status"),
    "issueStatus": ("issues", "status"),
    "issueSeverity": ("issues", "severity"),
    "partnerStatus": ("partners", "status"),
}


@dataclass(frozen=True)
class Profile:
    """
    One way to address the grid.

    :param paths: endpoint -> path template with ``{placeholders}``
    :param field_map: resource -> ``{our name: served name}`` for top-level fields and query filters
    :param value_map: a key of ``VALUE_FIELDS`` -> ``{our word: served word}``
    """

    name: str
    token_path: str
    token_style: str
    paths: Mapping[str, str]
    field_map: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    value_map: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def outbound(self, resource: str | None, data: Any) -> Any:
        """Rename the fields and words of one of our objects to the served ones."""
        if not isinstance(data, dict):
            return data
        names = self.field_map.get(resource or "", {})
        words = self._words(resource)
        return {
            names.get(name, name): words.get(name, {}).get(value, value) if isinstance(value, str) else value
            for name, value in data.items()
        }

    def inbound(self, resource: str | None, data: Any) -> Any:
        """
        Rename a received object to our names and words.

        One of *our* names that this profile serves under another is dropped, as any unknown field
        is: a client that ignores its field map must not succeed by luck.
        """
        if not isinstance(data, dict):
            return data
        names = self.field_map.get(resource or "", {})
        ours = {served: name for name, served in names.items()}
        words = self._words(resource)
        result: dict[str, Any] = {}
        for served, value in data.items():
            if served in names and served not in ours:
                continue
            name = str(ours.get(served, served))
            result[name] = _our_word(words.get(name, {}), value)
        return result

    def field_name(self, resource: str | None, name: str) -> str:
        """The served name of a field in an error; only its first segment can be renamed."""
        head, dot, rest = name.partition(".")
        return self.field_map.get(resource or "", {}).get(head, head) + dot + rest

    def path(self, endpoint: str, args: Mapping[str, str]) -> str:
        return self.paths[endpoint].format(**args)

    def routes(self) -> Map:
        """The path map for werkzeug; what it matches is ``(endpoint, args)``."""
        rules = [
            Rule(template.replace("{", "<").replace("}", ">"), endpoint=endpoint)
            for endpoint, template in self.paths.items()
        ]
        return Map(rules, strict_slashes=False, merge_slashes=False, redirect_defaults=False)

    def as_config(self, dialect: str, company_id: str) -> dict[str, Any]:
        """This profile in the shape an adapter's configuration has, but for the ``gatewayUrl``."""
        return {
            "tokenPath": self.token_path,
            "tokenStyle": self.token_style,
            "companyId": company_id,
            "dialect": dialect,
            "paths": dict(self.paths),
            "fieldMap": {resource: dict(names) for resource, names in self.field_map.items()},
            "valueMap": {name: dict(words) for name, words in self.value_map.items()},
            "webhook": {"scheme": "standard-webhooks", "toleranceSeconds": 300},
        }

    def _words(self, resource: str | None) -> dict[str, Mapping[str, str]]:
        return {
            VALUE_FIELDS[name][1]: words
            for name, words in self.value_map.items()
            if VALUE_FIELDS[name][0] == resource
        }


def _our_word(words: Mapping[str, str], served: Any) -> Any:
    """The word of ours a served one stands for; one of ours that is served under another means nothing."""
    if not isinstance(served, str):
        return served
    for own, theirs in words.items():
        if theirs == served:
            return own
    return f"{served} (unmapped)" if served in words else served


def _services(base: str, *, directory: str, people: str) -> dict[str, str]:
    company = f"{base}/companies/{{companyId}}"
    return {
        "company": company,
        "partnerDirectory": f"{company}/{directory}",
        "users": f"{company}/{people}",
        # The documents use userId or loginId here, depending on the call.
        "user": f"{company}/{people}/{{userKey}}",
        "userRoles": f"{company}/{people}/{{loginId}}/roles",
        "companyEntitlements": f"{company}/entitlements",
        "userEntitlements": f"{base}/{people}/{{loginId}}/entitlements",
    }


DEFAULT = Profile(
    name="default",
    token_path="/v1/oauth2/tokens",
    token_style="gateway",
    paths={
        **_services(SERVICES, directory="partnerDirectory", people="users"),
        "documentSearch": "/visibility_transaction_search",
        "communities": f"{WORKSPACE}/communities",
        "community": f"{WORKSPACE}/communities/{{communityId}}",
        "members": f"{WORKSPACE}/communities/{{communityId}}/members",
        "posts": f"{WORKSPACE}/communities/{{communityId}}/posts",
        "post": f"{WORKSPACE}/communities/{{communityId}}/posts/{{postId}}",
        "postState": f"{WORKSPACE}/communities/{{communityId}}/posts/{{postId}}/state",
        "receipts": f"{WORKSPACE}/communities/{{communityId}}/posts/{{postId}}/receipts",
        "receipt": f"{WORKSPACE}/communities/{{communityId}}/posts/{{postId}}/receipts/{{partnerCompanyId}}",
        "issues": f"{WORKSPACE}/issues",
        "issue": f"{WORKSPACE}/issues/{{issueId}}",
        "issueState": f"{WORKSPACE}/issues/{{issueId}}/state",
        "issueComments": f"{WORKSPACE}/issues/{{issueId}}/comments",
        "issueAttachments": f"{WORKSPACE}/issues/{{issueId}}/attachments",
        "issueAttachment": f"{WORKSPACE}/issues/{{issueId}}/attachments/{{attachmentId}}",
        "onboardingProjects": f"{WORKSPACE}/onboardingProjects",
        "onboardingProject": f"{WORKSPACE}/onboardingProjects/{{projectId}}",
        "onboardingTaskState": f"{WORKSPACE}/onboardingProjects/{{projectId}}/tasks/{{taskId}}/state",
        "changeNotices": f"{WORKSPACE}/changeNotices",
        "changeNotice": f"{WORKSPACE}/changeNotices/{{changeNoticeId}}",
        "changeNoticeState": f"{WORKSPACE}/changeNotices/{{changeNoticeId}}/state",
        "changeNoticeAcknowledgement": (
            f"{WORKSPACE}/changeNotices/{{changeNoticeId}}/acknowledgements/{{partnerCompanyId}}"
        ),
        "launchTasks": f"{WORKSPACE}/launches/{{launchId}}/tasks",
        "launchTask": f"{WORKSPACE}/tasks/{{taskId}}",
        "launchTaskState": f"{WORKSPACE}/tasks/{{taskId}}/state",
        "launchTaskAcknowledgement": f"{WORKSPACE}/tasks/{{taskId}}/acknowledgements/{{partnerCompanyId}}",
        "feedback": f"{WORKSPACE}/feedback",
        "events": f"{WORKSPACE}/events",
        "subscriptions": f"{WORKSPACE}/subscriptions",
        "subscription": f"{WORKSPACE}/subscriptions/{{subscriptionId}}",
    },
)

ACME = Profile(
    name="acme",
    token_path="/tenants/{tenantId}/oauth2/token",
    token_style="tenant",
    paths={
        **_services(ACME_SERVICES, directory="tradingPartners", people="people"),
        "documentSearch": "/acme-grid/lens/search",
        "communities": f"{ACME_WORKSPACE}/groups",
        "community": f"{ACME_WORKSPACE}/groups/{{communityId}}",
        "members": f"{ACME_WORKSPACE}/groups/{{communityId}}/companies",
        "posts": f"{ACME_WORKSPACE}/groups/{{communityId}}/bulletins",
        "post": f"{ACME_WORKSPACE}/groups/{{communityId}}/bulletins/{{postId}}",
        "postState": f"{ACME_WORKSPACE}/groups/{{communityId}}/bulletins/{{postId}}/lifecycle",
        "receipts": f"{ACME_WORKSPACE}/groups/{{communityId}}/bulletins/{{postId}}/acks",
        "receipt": f"{ACME_WORKSPACE}/groups/{{communityId}}/bulletins/{{postId}}/acks/{{partnerCompanyId}}",
        "issues": f"{ACME_WORKSPACE}/tickets",
        "issue": f"{ACME_WORKSPACE}/tickets/{{issueId}}",
        "issueState": f"{ACME_WORKSPACE}/tickets/{{issueId}}/lifecycle",
        "issueComments": f"{ACME_WORKSPACE}/tickets/{{issueId}}/thread",
        "issueAttachments": f"{ACME_WORKSPACE}/tickets/{{issueId}}/files",
        "issueAttachment": f"{ACME_WORKSPACE}/tickets/{{issueId}}/files/{{attachmentId}}",
        "onboardingProjects": f"{ACME_WORKSPACE}/rampUps",
        "onboardingProject": f"{ACME_WORKSPACE}/rampUps/{{projectId}}",
        "onboardingTaskState": f"{ACME_WORKSPACE}/rampUps/{{projectId}}/steps/{{taskId}}/lifecycle",
        "changeNotices": f"{ACME_WORKSPACE}/specChanges",
        "changeNotice": f"{ACME_WORKSPACE}/specChanges/{{changeNoticeId}}",
        "changeNoticeState": f"{ACME_WORKSPACE}/specChanges/{{changeNoticeId}}/lifecycle",
        "changeNoticeAcknowledgement": (
            f"{ACME_WORKSPACE}/specChanges/{{changeNoticeId}}/acks/{{partnerCompanyId}}"
        ),
        "launchTasks": f"{ACME_WORKSPACE}/rollouts/{{launchId}}/todos",
        "launchTask": f"{ACME_WORKSPACE}/todos/{{taskId}}",
        "launchTaskState": f"{ACME_WORKSPACE}/todos/{{taskId}}/lifecycle",
        "launchTaskAcknowledgement": f"{ACME_WORKSPACE}/todos/{{taskId}}/acks/{{partnerCompanyId}}",
        "feedback": f"{ACME_WORKSPACE}/opinions",
        "events": f"{ACME_WORKSPACE}/stream",
        "subscriptions": f"{ACME_WORKSPACE}/hooks",
        "subscription": f"{ACME_WORKSPACE}/hooks/{{subscriptionId}}",
    },
    field_map={
        "partners": {"partnerCompanyId": "companyCode", "name": "legalName", "contacts": "people"},
        "communities": {"communityId": "groupId", "name": "groupName", "kind": "groupType"},
        "members": {"partnerCompanyId": "companyCode", "role": "groupRole"},
        "posts": {
            "postId": "bulletinId",
            "externalReference": "clientRef",
            "title": "headline",
            "body": "text",
            "assets": "mediaItems",
            "revision": "edition",
            "requiresReceipt": "needsAck",
            "receiptDueDate": "ackDueOn",
        },
        "receipts": {"partnerCompanyId": "companyCode", "postRevision": "edition", "comment": "remark"},
        "issues": {
            "issueId": "ticketId",
            "externalReference": "clientRef",
            "severity": "priority",
            "subject": "headline",
            "partnerCompanyId": "companyCode",
        },
        "changeNotices": {"changeNoticeId": "specChangeId", "gtins": "tradeItems"},
        "launchTasks": {"taskId": "todoId", "launchId": "rolloutId", "title": "headline"},
    },
    value_map={
        "postStatus": {"DRAFT": "Draft", "PUBLISHED": "Live", "WITHDRAWN": "Pulled", "EXPIRED": "Over"},
        "receiptStatus": {
            "NOTIFIED": "Sent",
            "VIEWED": "Seen",
            "CONFIRMED": "Acked",
            "CHANGE_REQUESTED": "Query",
            "DECLINED": "Refused",
            "OVERDUE": "Late",
        },
        "issueStatus": {"OPEN": "New", "IN_PROGRESS": "Assigned", "WAITING_ON_PARTNER": "On hold"},
        "issueSeverity": {"LOW": "P4", "NORMAL": "P3", "HIGH": "P2", "BLOCKING": "P1"},
    },
)

PROFILES = {profile.name: profile for profile in (DEFAULT, ACME)}
