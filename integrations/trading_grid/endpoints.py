"""
The vocabulary of the grid: which paths, fields and words there are when a tenant says nothing else.

The paths below ``_SERVICES`` and the search are documented by the vendor ("Community Management", "Lens"); the others
are our own contract, because no public document describes them. A tenant's own names come by ``config.Options``.
"""

_SERVICES = "/TGCommunityServices/v1"
_COMPANY = f"{_SERVICES}/companies/{{companyId}}"
_WORKSPACE = "/TGCommunityWorkspace/v1/companies/{companyId}"
_POST = f"{_WORKSPACE}/communities/{{communityId}}/posts/{{postId}}"

#: Endpoint -> path.
PATHS = {
    "company": _COMPANY,
    "partnerDirectory": f"{_COMPANY}/partnerDirectory",
    "users": f"{_COMPANY}/users",
    # userId or loginId to read, userId alone to write.
    "user": f"{_COMPANY}/users/{{userKey}}",
    "userRoles": f"{_COMPANY}/users/{{loginId}}/roles",
    "companyEntitlements": f"{_COMPANY}/entitlements",
    "userEntitlements": f"{_SERVICES}/users/{{loginId}}/entitlements",
    "documentSearch": "/visibility_transaction_search",
    "communities": f"{_WORKSPACE}/communities",
    "community": f"{_WORKSPACE}/communities/{{communityId}}",
    "members": f"{_WORKSPACE}/communities/{{communityId}}/members",
    "posts": f"{_WORKSPACE}/communities/{{communityId}}/posts",
    "post": _POST,
    "postState": f"{_POST}/state",
    "receipts": f"{_POST}/receipts",
    "receipt": f"{_POST}/receipts/{{partnerCompanyId}}",
    "issues": f"{_WORKSPACE}/issues",
    "issue": f"{_WORKSPACE}/issues/{{issueId}}",
    "issueState": f"{_WORKSPACE}/issues/{{issueId}}/state",
    "issueComments": f"{_WORKSPACE}/issues/{{issueId}}/comments",
    "issueAttachments": f"{_WORKSPACE}/issues/{{issueId}}/attachments",
    "issueAttachment": f"{_WORKSPACE}/issues/{{issueId}}/attachments/{{attachmentId}}",
    "onboardingProjects": f"{_WORKSPACE}/onboardingProjects",
    "onboardingProject": f"{_WORKSPACE}/onboardingProjects/{{projectId}}",
    "onboardingTaskState": f"{_WORKSPACE}/onboardingProjects/{{projectId}}/tasks/{{taskId}}/state",
    "changeNotices": f"{_WORKSPACE}/changeNotices",
    "changeNotice": f"{_WORKSPACE}/changeNotices/{{changeNoticeId}}",
    "changeNoticeState": f"{_WORKSPACE}/changeNotices/{{changeNoticeId}}/state",
    "changeNoticeAcknowledgement": (
        f"{_WORKSPACE}/changeNotices/{{changeNoticeId}}/acknowledgements/{{partnerCompanyId}}"
    ),
    "launchTasks": f"{_WORKSPACE}/launches/{{launchId}}/tasks",
    "launchTask": f"{_WORKSPACE}/tasks/{{taskId}}",
    "launchTaskState": f"{_WORKSPACE}/tasks/{{taskId}}/state",
    "launchTaskAcknowledgement": f"{_WORKSPACE}/tasks/{{taskId}}/acknowledgements/{{partnerCompanyId}}",
    "feedback": f"{_WORKSPACE}/feedback",
    "events": f"{_WORKSPACE}/events",
    "subscriptions": f"{_WORKSPACE}/subscriptions",
    "subscription": f"{_WORKSPACE}/subscriptions/{{subscriptionId}}",
}

#: Endpoint -> the resource whose field and value maps its bodies follow; one that is missing follows its own name.
RESOURCES = {
    "partnerDirectory": "partners",
    "user": "users",
    "community": "communities",
    "post": "posts",
    "postState": "posts",
    "receipt": "receipts",
    "issue": "issues",
    "issueState": "issues",
    "onboardingProject": "onboardingProjects",
    "changeNotice": "changeNotices",
    "changeNoticeState": "changeNotices",
    "launchTask": "launchTasks",
    "launchTaskState": "launchTasks",
}

#: What can be carried in several ways -> the endpoints that are its own.
CARRIED = {
    "posts": ("posts", "post", "postState"),
    "receipts": ("receipts", "receipt"),
    "issues": ("issues", "issue", "issueState", "issueComments", "issueAttachments", "issueAttachment"),
    "onboarding": ("onboardingProjects", "onboardingProject", "onboardingTaskState"),
    "changeNotices": (
        "changeNotices",
        "changeNotice",
        "changeNoticeState",
        "changeNoticeAcknowledgement",
    ),
    "launchTasks": ("launchTasks", "launchTask", "launchTaskState", "launchTaskAcknowledgement"),
    "feedback": ("feedback",),
    "documents": ("documentSearch",),
}

#: Resource -> the fields we know; a tenant's answer with others is worth a look.
FIELDS = {
    "company": {"companyId", "companyName", "gln", "ediAddresses", "address"},
    "partners": {
        *("partnerCompanyId", "name", "ediAddresses", "gln", "kind", "regions", "targetMarkets"),
        *("preferredLanguage", "languages", "segments", "status", "contacts"),
    },
    "users": {
        *("userId", "loginId", "email", "firstName", "lastName", "type", "address", "contactInformation"),
        *("preferredLanguage", "preferredTimezone", "preferredDateFormat", "isConsentClause"),
        *("isDayLightSavingsTimeObserved", "isRequiredOpenTextMarketingMaterials"),
    },
    "communities": {"communityId", "name", "kind", "status", "regions", "languages", "memberCount"},
    "members": {
        *("partnerCompanyId", "name", "kind", "role", "languages", "regions", "segments", "status"),
    },
    "posts": {
        *("postId", "externalReference", "communityId", "kind", "status", "revision", "title", "body"),
        *("audience", "assets", "requiresReceipt", "receiptDueDate", "publishedAt", "expiresAt"),
        *("stateInfo", "createdAt", "updatedAt"),
    },
    "receipts": {"partnerCompanyId", "status", "at", "byUser", "postRevision", "comment", "issueId"},
    "issues": {
        *("issueId", "externalReference", "reason", "status", "severity", "subject", "description"),
        *("language", "partnerCompanyId", "raisedBy", "relatedTo", "gtin", "assetId", "assetVersion"),
        *("targetMarket", "assignee", "dueDate", "resolution", "stateInfo", "createdAt", "updatedAt"),
    },
    "onboardingProjects": {
        *("projectId", "externalReference", "communityId", "partnerCompanyId", "invitation", "status"),
        *("tasks", "mediaPack", "progress", "stateInfo", "createdAt", "updatedAt"),
    },
    "changeNotices": {
        *("changeNoticeId", "externalReference", "kind", "direction", "gtins", "targetMarkets", "summary"),
        *("changes", "productionVariantDescription", "productionVariantEffectiveDateTime"),
        *("effectiveDate", "documents", "affectedAssets", "status", "acknowledgements"),
        *("partnerCompanyId", "stateInfo", "createdAt", "updatedAt"),
    },
    "launchTasks": {
        *("taskId", "launchId", "externalReference", "title", "kind", "dueDate", "embargoUntil", "assets"),
        *("assignees", "status", "stateInfo", "createdAt", "updatedAt"),
    },
    "feedback": {
        *("feedbackId", "externalReference", "about", "partnerCompanyId", "rating", "tags", "comment"),
        *("language", "at", "convertedToIssueId"),
    },
    "events": {
        "id",
        "type",
        "specversion",
        "source",
        "subject",
        "time",
        "datacontenttype",
        "sequence",
        "data",
    },
    "subscriptions": {"subscriptionId", "url", "eventTypes", "createdAt", "secret"},
}

#: Name of a value map -> the resource and field whose words it translates.
VALUE_FIELDS = {
    "communityKind": ("communities", "kind"),
    "communityStatus": ("communities", "status"),
    "memberStatus": ("members", "status"),
    "partnerKind": ("partners", "kind"),
    "partnerStatus": ("partners", "status"),
    "postKind": ("posts", "kind"),
    "postStatus": ("posts", "status"),
    "receiptStatus": ("receipts", "status"),
    "issueReason": ("issues", "reason"),
    "issueStatus": ("issues", "status"),
    "issueSeverity": ("issues", "severity"),
    "onboardingStatus": ("onboardingProjects", "status"),
    "changeNoticeKind": ("changeNotices", "kind"),
    "changeNoticeStatus": ("changeNotices", "status"),
    "launchTaskKind": ("launchTasks", "kind"),
    "launchTaskStatus": ("launchTasks", "status"),
}
#: Name of a value map -> our words.
WORDS = {
    "communityKind": ("PROGRAM", "REGIONAL", "CAMPAIGN", "ONBOARDING"),
    "communityStatus": ("ACTIVE", "CLOSED"),
    "memberStatus": ("INVITED", "ACTIVE", "SUSPENDED", "TERMINATED"),
    "partnerKind": ("SUPPLIER", "DISTRIBUTOR", "RETAILER", "AGENCY"),
    "partnerStatus": ("INVITED", "ACTIVE", "SUSPENDED", "TERMINATED"),
    "postKind": ("NEWS", "MEDIA", "LOCALISED_MEDIA", "LAUNCH", "CHANGE"),
    "postStatus": ("DRAFT", "PUBLISHED", "WITHDRAWN", "EXPIRED"),
    "receiptStatus": ("NOTIFIED", "VIEWED", "CONFIRMED", "CHANGE_REQUESTED", "DECLINED", "OVERDUE"),
    "issueReason": (
        *("MISSING_MEDIA", "OUTDATED_MEDIA", "WRONG_MEDIA", "MISSING_LOCAL_VARIANT", "QUALITY", "RIGHTS"),
        "OTHER",
    ),
    "issueStatus": ("OPEN", "IN_PROGRESS", "WAITING_ON_PARTNER", "RESOLVED", "CONFIRMED", "REJECTED"),
    "issueSeverity": ("LOW", "NORMAL", "HIGH", "BLOCKING"),
    "onboardingStatus": ("INVITED", "IN_PROGRESS", "READY", "LIVE", "CANCELLED"),
    "changeNoticeKind": ("SPECIFICATION", "PACKAGING", "COMPLIANCE"),
    "changeNoticeStatus": ("DRAFT", "PUBLISHED", "ACKNOWLEDGED", "DISPUTED", "CLOSED"),
    "launchTaskKind": ("REVIEW_ASSETS", "PUBLISH_LISTING", "CONFIRM_READINESS", "LOCALISE", "CUSTOM"),
    "launchTaskStatus": ("OPEN", "CANCELLED"),
}
