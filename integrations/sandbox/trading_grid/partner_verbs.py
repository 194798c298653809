"""What partners do in the community, as verbs: answer, complain, join, leave, change their people."""

import json
from typing import Any

from integrations.sandbox.trading_grid import actors, events, people, seeding
from integrations.sandbox.trading_grid.calls import ApiError
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource
from integrations.sandbox.trading_grid.verbs import Order, verb
from integrations.sandbox.trading_grid.workspace import (
    change_notices,
    feedback,
    issue_threads,
    issues,
    launch_tasks,
    onboarding,
    receipts,
)
from integrations.sandbox.trading_grid.workspace.acting import partner_company
from integrations.sandbox.trading_grid.workspace.checks import Checker

PARTNER_STATUS = ("INVITED", "ACTIVE", "SUSPENDED", "TERMINATED")


@verb("GET", "/posts", "Posts received, oldest first, each with its receipts; "
      "filter by ?communityId=, ?externalReference=, ?status=.")  # fmt: skip
def list_posts(grid: Grid, order: Order) -> dict[str, Any]:
    names = ("communityId", "externalReference", "status")
    where = {name: order.query[name] for name in names if name in order.query}
    return {"posts": [_post(grid, post) for post in grid.store.all("post", where=where)]}


@verb("GET", "/posts/{postId}", "One post with its receipts.")
def get_post(grid: Grid, order: Order) -> dict[str, Any]:
    return {"post": _post(grid, grid.store.get("post", order.args["postId"], what="post"))}


@verb("POST", "/posts/{postId}/answers", "A partner answers a post.",
      {"partnerCompanyId": "GC00000101BR", "behaviour": "|".join(list(actors.BEHAVIOURS)[1:]),
       "comment": "optional, its own words"})  # fmt: skip
def answer_post(grid: Grid, order: Order) -> dict[str, Any]:
    post = grid.store.get("post", order.args["postId"], what="post")
    check = Checker(order.body)
    company_id = partner_company(check, grid)
    behaviour = check.word("behaviour", list(actors.BEHAVIOURS)[1:], required=True)
    comment = check.text("comment", longest=4000)
    check.finish()
    with grid.store.write():
        done = actors.act(grid, post, company_id or "", behaviour or "", now=grid.now(), comment=comment)
    return {"receipt": done.body}


@verb("PUT", "/actors/{partnerCompanyId}", "How a partner answers what is posted from now on; * is everybody "
      "else. Behaviours: " + "; ".join(f"{name}: {what}" for name, what in actors.BEHAVIOURS.items()) + ".",
      {"behaviour": "|".join(actors.BEHAVIOURS), "delay_seconds": 0})  # fmt: skip
def set_actor(grid: Grid, order: Order) -> dict[str, Any]:
    company_id = order.args["partnerCompanyId"]
    if company_id != "*":
        grid.partner(company_id)
    delay = order.body.get("delay_seconds", 0)
    if isinstance(delay, str) and delay.isdigit():
        delay = int(delay)
    check = Checker({**order.body, "delay_seconds": delay})
    behaviour = check.word("behaviour", actors.BEHAVIOURS, required=True)
    seconds = check.whole("delay_seconds", highest=31_536_000)
    check.finish()
    actors.set_actor(grid, company_id, actors.Actor(behaviour or "never", float(seconds or 0)))
    return list_actors(grid, order)


@verb("GET", "/actors", "How partners answer by themselves.")
def list_actors(grid: Grid, order: Order) -> dict[str, Any]:
    return {"actors": grid.store.setting("actors", default={}), "behaviours": actors.BEHAVIOURS}


@verb("DELETE", "/actors", "Partners answer nothing by themselves any more, as at the start.")
def clear_actors(grid: Grid, order: Order) -> None:
    grid.store.set_setting("actors", {})


@verb("GET", "/issues", "All issues.")
def list_issues(grid: Grid, order: Order) -> dict[str, Any]:
    return {"issues": [issue.body for issue in grid.store.all("issue")]}


@verb("POST", "/issues", "A partner raises an issue.",
      {"partnerCompanyId": "GC00000101BR", "reason": "|".join(issues.REASONS), "subject": "The label is old",
       "severity": "NORMAL", "assetId": "optional", "gtin": "optional", "targetMarket": "optional"})  # fmt: skip
def raise_issue(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    company_id = partner_company(check, grid)
    content = issues.checked(check, grid, new=True)
    check.finish()
    with grid.store.write():
        issue = issues.raise_issue(
            grid,
            content=content,
            partner_company_id=company_id or "",
            raised_by=actors.user_of(grid, company_id or ""),
            external_reference=None,
            now=grid.now(),
        )
    return {"issue": issue.body}


@verb("POST", "/issues/{issueId}/state", "The partner of an issue moves it.",
      {"action": "confirm|reopen|provideInfo", "comment": "optional"})  # fmt: skip
def move_issue(grid: Grid, order: Order) -> dict[str, Any]:
    issue = grid.store.get("issue", order.args["issueId"], what="issue")
    check = Checker(order.body)
    action = check.word("action", ("confirm", "reopen", "provideInfo"), required=True)
    comment = check.text("comment", longest=4000)
    check.finish()
    partner = actors.user_of(grid, issue.body["partnerCompanyId"])
    with grid.store.write():
        issue = issues.move(grid, issue, action or "", now=grid.now(), partner=partner, comment=comment)
    return {"issue": issue.body}


@verb("POST", "/issues/{issueId}/comments", "The partner of an issue writes into its thread.",
      {"text": "Here is a photo of our shelf."})  # fmt: skip
def comment_issue(grid: Grid, order: Order) -> dict[str, Any]:
    issue = grid.store.get("issue", order.args["issueId"], what="issue")
    check = Checker(order.body)
    text = check.text("text", required=True, longest=10_000)
    check.finish()
    user = actors.user_of(grid, issue.body["partnerCompanyId"])
    return {
        "comment": issue_threads.note(grid, issue, text or "", user=user, action="comment", now=grid.now())
    }


@verb("POST", "/changeNotices", "A change notice comes in, published.",
      {"kind": "PACKAGING", "gtins": ["09521234500049"], "targetMarkets": ["DE"], "effectiveDate": "2027-01-15",
       "summary": {"en": "New label"}, "changes": [{"attribute": "netContent", "oldValue": "500 g",
       "newValue": "450 g"}], "partnerCompanyId": "optional, who sent it"})  # fmt: skip
def publish_notice(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(_unfolded(order.body, "gtins", "targetMarkets"))
    content = change_notices.checked(check)
    sender = partner_company(check, grid) if order.body.get("partnerCompanyId") else None
    check.finish()
    with grid.store.write():
        draft = change_notices.add(
            grid, content=content, direction="INBOUND", partner_company_id=sender, external_reference=None,
            now=grid.now(),
        )  # fmt: skip
        notice = change_notices.move(grid, draft, "publish", now=grid.now())
    return {"changeNotice": notice.body}


@verb("POST", "/feedback", "A partner gives feedback.",
      {"partnerCompanyId": "GC00000101BR", "about": {"assetId": "..."}, "rating": 4, "tags": ["USEFUL"]})  # fmt: skip
def give_feedback(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    company_id = partner_company(check, grid)
    content = feedback.checked(check)
    check.finish()
    with grid.store.write():
        given = feedback.give(
            grid,
            content=content,
            partner_company_id=company_id or "",
            external_reference=None,
            now=grid.now(),
        )
    return {"feedback": given.body}


@verb("POST", "/tasks/{taskId}/state", "A partner moves its launch task.",
      {"partnerCompanyId": "GC00000101BR", "action": "|".join(launch_tasks.MOVES), "comment": "optional"})  # fmt: skip
def move_launch_task(grid: Grid, order: Order) -> dict[str, Any]:
    task = grid.store.get("launchTask", order.args["taskId"], what="task")
    check = Checker(order.body)
    company_id = partner_company(check, grid)
    action = check.word("action", launch_tasks.MOVES, required=True)
    comment = check.text("comment", longest=2000)
    check.finish()
    with grid.store.write():
        task = launch_tasks.move(grid, task, company_id or "", action or "", now=grid.now(), comment=comment)
    return {"task": task.body}


@verb("GET", "/onboardingProjects", "All onboardings with their tasks, oldest first.")
def list_onboardings(grid: Grid, order: Order) -> dict[str, Any]:
    return {"projects": [project.body for project in grid.store.all("onboardingProject")]}


@verb("POST", "/onboardingProjects/{projectId}/tasks/{taskId}", "A partner moves a task of its onboarding.",
      {"action": "|".join(onboarding.TASK_MOVES)})  # fmt: skip
def move_onboarding_task(grid: Grid, order: Order) -> dict[str, Any]:
    project = grid.store.get("onboardingProject", order.args["projectId"], what="onboarding project")
    check = Checker(order.body)
    action = check.word("action", onboarding.TASK_MOVES, required=True)
    check.finish()
    with grid.store.write():
        project = onboarding.move_task(grid, project, order.args["taskId"], action or "", now=grid.now())
    return {"project": project.body}


@verb("POST", "/onboardingProjects/{projectId}/approve", "The hub lets a partner that is READY go LIVE.")
def approve_onboarding(grid: Grid, order: Order) -> dict[str, Any]:
    project = grid.store.get("onboardingProject", order.args["projectId"], what="onboarding project")
    with grid.store.write():
        return {"project": onboarding.go_live(grid, project, now=grid.now()).body}


@verb("POST", "/communities/{communityId}/members", "A partner joins; joining an ONBOARDING community also starts "
      "its onboarding with the usual five tasks, where the tenant works so; elsewhere somebody has to make its "
      "project. Posts that are out reach the new member too.",
      {"partnerCompanyId": "GC00000104PL", "role": "MEMBER|CONTRIBUTOR", "status": "ACTIVE|INVITED",
       "onboarding": "usual|none"})  # fmt: skip
def add_member(grid: Grid, order: Order) -> dict[str, Any]:
    community = grid.store.get("community", order.args["communityId"], what="community")
    check = Checker(order.body)
    company_id = partner_company(check, grid) or ""
    role = check.word("role", ("MEMBER", "CONTRIBUTOR")) or "MEMBER"
    status = check.word("status", PARTNER_STATUS) or "ACTIVE"
    project = check.word("onboarding", ("usual", "none")) or "usual"
    if grid.member(community.id, company_id):
        check.fail("partnerCompanyId", "is a member already")
    check.finish()
    partner, now = grid.partner(company_id), grid.now()
    with grid.store.write():
        member = seeding.add_member(grid.store, community.id, partner, role=role, status=status, now=now)
        _tell_member(grid, "community.member.added", community.id, company_id, 1)
        for post in grid.store.all("post", community.id, {"status": "PUBLISHED"}):
            receipts.open_for(grid, post, now=now)
        if community.body["kind"] == "ONBOARDING" and project == "usual":
            onboarding.invite(
                grid, community_id=community.id, partner_company_id=company_id, tasks=[],
                invitation=onboarding.usual_invitation(partner["preferredLanguage"]),
                media_pack={"assets": [], "documents": []}, external_reference=None, now=now,
            )  # fmt: skip
    return {"member": member}


@verb("DELETE", "/communities/{communityId}/members/{partnerCompanyId}", "A partner leaves a community.")
def remove_member(grid: Grid, order: Order) -> None:
    community_id, company_id = order.args["communityId"], order.args["partnerCompanyId"]
    with grid.store.write():
        member = grid.store.get("member", f"{community_id}/{company_id}", what="member")
        grid.store.remove(member)
        _tell_member(grid, "community.member.removed", community_id, company_id, member.version + 1)


@verb("PUT", "/partners/{partnerCompanyId}/status", "Suspend a partner, or let it back in, in all its communities.",
      {"status": "|".join(PARTNER_STATUS)})  # fmt: skip
def set_partner_status(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    status = check.word("status", PARTNER_STATUS, required=True)
    check.finish()
    now, company_id = grid.now(), order.args["partnerCompanyId"]
    with grid.store.write():
        partner = grid.store.get("partner", company_id, what="partner")
        partner = grid.store.change(partner, {**partner.body, "status": status}, now=now)
        for member in grid.store.all("member", where={"partnerCompanyId": company_id}):
            if member.body["status"] != status:
                member = grid.store.change(member, {**member.body, "status": status}, now=now)
                _tell_member(grid, "community.member.updated", member.parent, company_id, member.version)
    return {"partner": partner.body}


@verb("GET", "/partners", "The directory with contacts, and each partner's communities.")
def list_partners(grid: Grid, order: Order) -> dict[str, Any]:
    return {
        "partners": [
            {
                **partner.body,
                "communities": [
                    member.parent
                    for member in grid.store.all("member", where={"partnerCompanyId": partner.id})
                ],
                "contacts": people.of_company(grid, partner.id),
            }
            for partner in grid.store.all("partner")
        ]
    }


@verb("PUT", "/users/{userId}/loginId", "A user of the hub or of a partner changes its own loginId.",
      {"loginId": "jana.new@bergmann.example"})  # fmt: skip
def rename_login(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    login = check.text("loginId", required=True) or ""
    check.finish()
    with grid.store.write():
        body = grid.store.db.value("SELECT body FROM users WHERE user_id = ?", (order.args["userId"],))
        if body is None:
            raise ApiError(404, 4042, "There is no such user.")
        user = json.loads(body)
        if people.login_is_taken(grid, login) and login.casefold() != user["loginId"].casefold():
            raise ApiError(409, 4095, "This loginId is taken.", [{"name": "loginId", "message": "is taken"}])
        people.save(grid, {**user, "loginId": login})
    return {"userId": user["userId"], "loginId": login, "previousLoginId": user["loginId"]}


@verb("DELETE", "/partners/{partnerCompanyId}/contacts", "A partner has no contact any more.")
def remove_contacts(grid: Grid, order: Order) -> dict[str, Any]:
    grid.partner(order.args["partnerCompanyId"])
    with grid.store.write() as connection:
        gone = connection.execute(
            "DELETE FROM users WHERE company_id = ?", (order.args["partnerCompanyId"],)
        ).rowcount
    return {"removed": gone}


def _post(grid: Grid, post: Resource) -> dict[str, Any]:
    now = grid.now()
    found = grid.store.all("receipt", post.id)
    return {**post.body, "receipts": [receipts.shown(receipt, post, now) for receipt in found]}


def _tell_member(grid: Grid, type: str, community_id: str, company_id: str, revision: int) -> None:
    events.emit(
        grid, type, resource="member", id=f"{community_id}/{company_id}", revision=revision, endpoint="members",
        args={"communityId": community_id}, changed=("status",) if type.endswith("updated") else (),
    )  # fmt: skip


def _unfolded(body: dict[str, Any], *lists: str) -> dict[str, Any]:
    """Let a form say a list as words and the summary as one English text."""
    body = {
        name: value.replace(",", " ").split() if name in lists and isinstance(value, str) else value
        for name, value in body.items()
    }
    if isinstance(body.get("summary"), str):
        body["summary"] = {"en": body["summary"]}
    return body
