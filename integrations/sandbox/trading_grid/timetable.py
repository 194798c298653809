"""
What happens by itself when its time has come, by the sandbox's clock.

Deadlines are noted when they are set, so that looking for them never means looking through all posts.
"""

from datetime import datetime, timedelta

from integrations.sandbox.trading_grid import actors
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.workspace import deadlines, issues, launch_tasks, posts, receipts


def run_due(grid: Grid) -> int:
    """Do everything that is due; return how much that was."""
    now = grid.now()
    done = actors.run_due(grid, now=now)
    for kind, id in deadlines.due(grid, now=now):
        with grid.store.write():
            deadlines.forget(grid, kind, id)
            HAPPENS[kind](grid, id, now)
        done += 1
    days = grid.store.setting("autoConfirmDays")
    if days is not None:
        done += issues.auto_confirm(grid, now=now, older_than=now - timedelta(days=days))
    return done


def _announce_overdue_receipts(grid: Grid, post_id: str, now: datetime) -> None:
    post = grid.store.find("post", post_id)
    if post is None:
        return
    for receipt in grid.store.all("receipt", post_id):
        if receipts.is_overdue(receipt, post, now):
            receipts.emit(grid, "community.receipt.overdue", post, receipt, ("status",))


def _expire_post(grid: Grid, post_id: str, now: datetime) -> None:
    post = grid.store.find("post", post_id)
    if post and post.body["status"] == "PUBLISHED":
        posts.move(grid, post, "expire", now=now)


def _announce_overdue_task(grid: Grid, task_id: str, now: datetime) -> None:
    task = grid.store.find("launchTask", task_id)
    if task and launch_tasks.late_assignees(task, now):
        launch_tasks.emit(grid, "community.launchTask.overdue", task, ("assignees",))


HAPPENS = {
    deadlines.RECEIPTS: _announce_overdue_receipts,
    deadlines.EXPIRY: _expire_post,
    deadlines.TASK: _announce_overdue_task,
}
