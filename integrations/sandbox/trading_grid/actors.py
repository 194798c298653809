"""
Partners who answer by themselves: at once, late, never, with a wish, an issue or a no.

A behaviour is set per partner (or ``*`` for all others) and applies to posts published after that.
What a partner is going to do waits in ``partner_acts`` and is done by :func:`run_due`, which the
part's background thread calls.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.trading_grid import people
from integrations.sandbox.trading_grid.calls import ApiError
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import issues, receipts

BEHAVIOURS = {
    "never": "says nothing; the receipt becomes OVERDUE",
    "view": "looks at the post and says nothing",
    "confirm": "confirms",
    "request_change": "asks for a change",
    "raise_issue": "raises an issue about the first asset (in a wrong language, if it has one) and asks for a change",
    "decline": "declines",
}
STATUS = {
    "view": "VIEWED",
    "confirm": "CONFIRMED",
    "request_change": "CHANGE_REQUESTED",
    "raise_issue": "CHANGE_REQUESTED",
    "decline": "DECLINED",
}
WORDS = {
    "en": {
        "request_change": "Please send this for our market.",
        "language": "We need this picture in our language.",
        "raise_issue": "The label on this picture is not the one we sell.",
        "decline": "We do not list this product.",
    },
    "de": {
        "request_change": "Bitte für unseren Markt liefern.",
        "language": "Wir brauchen dieses Bild in unserer Sprache.",
        "raise_issue": "Das Etikett auf diesem Bild ist nicht das, was wir verkaufen.",
        "decline": "Wir führen diesen Artikel nicht.",
    },
    "fr": {
        "request_change": "Merci d’adapter à notre marché.",
        "language": "Il nous faut cette image dans notre langue.",
        "raise_issue": "L’étiquette sur cette image n’est pas celle que nous vendons.",
        "decline": "Nous ne référençons pas cet article.",
    },
    "es": {
        "request_change": "Por favor, adáptenlo a nuestro mercado.",
        "language": "Necesitamos esta imagen en nuestro idioma.",
        "raise_issue": "La etiqueta de esta imagen no es la que vendemos.",
        "decline": "No vendemos este producto.",
    },
    "ar": {
        "request_change": "يرجى تكييفها مع سوقنا.",
        "language": "نحتاج هذه الصورة بلغتنا.",
        "raise_issue": "الملصق في هذه الصورة ليس الذي نبيعه.",
        "decline": "لا نبيع هذا المنتج.",
    },
}


@dataclass(frozen=True)
class Actor:
    """:param delay_seconds: how long the partner takes, by the sandbox's clock"""

    behaviour: str = "never"
    delay_seconds: float = 0.0


def actor_of(grid: Grid, partner_company_id: str) -> Actor:
    settings = grid.store.setting("actors", default={})
    return Actor(**settings.get(partner_company_id, settings.get("*", {})))


def set_actor(grid: Grid, partner_company_id: str, actor: Actor) -> None:
    with grid.store.write():
        settings = grid.store.setting("actors", default={})
        settings[partner_company_id] = {
            "behaviour": actor.behaviour,
            "delay_seconds": actor.delay_seconds,
        }
        grid.store.set_setting("actors", settings)


def schedule(grid: Grid, post: Resource, partner_company_id: str, *, now: datetime) -> None:
    """Note what a partner is going to do about a post it has just been told of."""
    actor = actor_of(grid, partner_company_id)
    if actor.behaviour == "never":
        return
    with grid.store.write() as connection:
        connection.execute(
            "INSERT INTO partner_acts (due, post_id, partner_company_id, revision, behaviour)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                timestamp(now + timedelta(seconds=actor.delay_seconds)), post.id, partner_company_id,
                post.body["revision"], actor.behaviour,
            ),
        )  # fmt: skip


def run_due(grid: Grid, *, now: datetime) -> int:
    """Do what partners were going to do until ``now``; return how much that was."""
    done = 0
    for row in grid.store.db.all(
        "SELECT * FROM partner_acts WHERE due <= ? ORDER BY due, number", (timestamp(now),)
    ):
        with grid.store.write() as connection:
            gone = connection.execute("DELETE FROM partner_acts WHERE number = ?", (row["number"],)).rowcount
            if gone and _do(grid, row, now):
                done += 1
    return done


def next_due(grid: Grid) -> str | None:
    return grid.store.db.value("SELECT min(due) FROM partner_acts")


def act(
    grid: Grid,
    post: Resource,
    partner_company_id: str,
    behaviour: str,
    *,
    now: datetime,
    comment: str | None = None,
) -> Resource:
    """
    Let a partner do something about a post now.

    :param comment: its words, if not the usual ones in its language
    :returns: its receipt afterwards
    :raises ApiError: it has no receipt, or the post is not out
    """
    receipt = grid.store.get("receipt", f"{post.id}/{partner_company_id}", what="receipt of this partner")
    partner = grid.partner(partner_company_id)
    by = user_of(grid, partner_company_id)
    words = WORDS.get(partner["preferredLanguage"], WORDS["en"])
    comment = comment or (None if behaviour == "raise_issue" else words.get(behaviour))
    with grid.store.write():
        receipt = receipts.answer(grid, post, receipt, STATUS[behaviour], now=now, by=by, comment=comment)
        if behaviour == "raise_issue":
            issue = _complain(grid, post, partner, by, words, now)
            body = {**receipt.body, "issueId": issue.id}
            receipt = grid.store.change(receipt, body, now=now)
    return receipt


def user_of(grid: Grid, partner_company_id: str) -> dict[str, str]:
    """``{"id", "name"}`` of a partner's first contact, or of the company when it has none."""
    contact = contact_of(grid, partner_company_id)
    if contact is None:
        return {"id": partner_company_id, "name": grid.partner(partner_company_id)["name"]}
    return {"id": contact["userId"], "name": f"{contact['firstName']} {contact['lastName']}"}


def contact_of(grid: Grid, partner_company_id: str) -> dict[str, Any] | None:
    """The first contact of a partner; a partner may have none."""
    return next(iter(people.of_company(grid, partner_company_id)), None)


def _complain(
    grid: Grid,
    post: Resource,
    partner: dict[str, Any],
    by: dict[str, str],
    words: dict[str, str],
    now: datetime,
) -> Resource:
    """Raise an issue about a post's first asset in a language the partner does not sell in, or its first."""
    languages = {language.split("-")[0] for language in partner["languages"]}
    assets = post.body["assets"]
    foreign = [
        asset
        for asset in assets
        if (asset.get("fileLanguageCode") or partner["languages"][0])[:2] not in languages
    ]
    asset: dict[str, Any] = next(iter(foreign or assets), {})
    return issues.raise_issue(
        grid,
        content={
            "reason": "MISSING_LOCAL_VARIANT" if foreign else "WRONG_MEDIA",
            "severity": "NORMAL",
            "subject": words["language" if foreign else "raise_issue"],
            "description": asset.get("fileName"),
            "language": partner["preferredLanguage"],
            "relatedTo": {**dict.fromkeys(issues.RELATED), "postId": post.id},
            "gtin": asset.get("gtin"),
            "assetId": asset.get("assetId"),
            "assetVersion": asset.get("assetVersion"),
            "targetMarket": next(iter(partner["targetMarkets"]), None),
            "assignee": None,
            "dueDate": None,
        },
        partner_company_id=partner["partnerCompanyId"],
        raised_by=by,
        external_reference=None,
        now=now,
    )


def _do(grid: Grid, row: Any, now: datetime) -> bool:
    post = grid.store.find("post", row["post_id"])
    # The post moved on while the partner took its time: the newer revision has its own act.
    if post is None or post.body["revision"] != row["revision"] or post.body["status"] != "PUBLISHED":
        return False
    try:
        act(grid, post, row["partner_company_id"], row["behaviour"], now=now)
    except ApiError:
        # The partner was removed meanwhile.
        return False
    return True
