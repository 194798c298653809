"""Secret keys, security templates and the short-lived keys exchanged for them."""

import secrets
import time
from collections import deque
from dataclasses import dataclass
from threading import Lock

import orjson

from integrations.sandbox.scaleflex.errors import ApiError
from integrations.sandbox.scaleflex.project import Project

# Source: "API keys" in the vendor's project settings documentation.
PERMISSIONS = (
    "OBJECTS_LIST", "OBJECTS_FETCH", "FILE_UPLOAD", "FILE_META_CREATE", "FILE_META_CHANGE", "FILE_RENAME",
    "FILE_MOVE", "FILE_DELETE", "FILE_SET_VISIBILITY", "FILE_LABEL_CHANGE", "FILE_IMAGE_EDITOR",
    "FILE_PRODUCT_CHANGE", "FILE_PROCESS_AUTOTAGGING", "DIR_CREATE", "DIR_RENAME", "DIR_META_CHANGE",
    "DIR_MOVE", "DIR_DELETE", "DIR_SET_VISIBILITY", "CONFIG_CHANGE", "CONFIG_LIST", "COLLECTIONS_LIST",
    "COLLECTIONS_MANAGE", "LABELS_LIST", "LABEL_MANAGE", "OBJECTS_SHARE_MANAGE", "OBJECTS_AIRBOX_MANAGE",
    "OBJECTS_APPROVAL_MANAGE", "OBJECTS_APPROVAL_VOTE", "ACCESS_READ", "ACCESS_MANAGE",
)  # fmt: skip
# What a template's key may do unless it says otherwise: a browser looks and uploads.
TEMPLATE_PERMISSIONS = ("OBJECTS_LIST", "OBJECTS_FETCH", "FILE_UPLOAD", "FILE_META_CREATE")
EXCHANGES_PER_MINUTE = 5


@dataclass(frozen=True)
class Key:
    """``dir_scope`` is a folder the key is confined to, or ``None``."""

    key: str
    permissions: frozenset[str]
    dir_scope: str | None = None

    def require(self, permission: str | None) -> None:
        if permission and permission not in self.permissions:
            raise ApiError(403, "PERMISSION_DENIED", f"This key lacks the permission {permission}.")

    def require_folder(self, folder: str) -> None:
        scope = self.dir_scope
        if scope and folder != scope and not folder.startswith(scope.rstrip("/") + "/"):
            raise ApiError(403, "PERMISSION_DENIED", f"This key is confined to {scope}.")


class KeyRing:
    """The keys of one project."""

    def __init__(self, project: Project):
        self._project = project
        self._exchanges: dict[str, deque[float]] = {}
        self._lock = Lock()
        server_key = project.credentials.scaleflex.key
        if not project.db.value("SELECT 1 FROM keys WHERE key = ?", (server_key,)):
            self._store(server_key, "secret", PERMISSIONS)

    def create(self, permissions: tuple[str, ...] | list[str], dir_scope: str | None = None) -> str:
        """Make a secret key with some permissions and return it."""
        key = secrets.token_hex(20)
        self._store(key, "secret", permissions, dir_scope=dir_scope)
        return key

    def deactivate(self, key: str) -> bool:
        with self._project.write() as connection:
            return bool(connection.execute("UPDATE keys SET active = 0 WHERE key = ?", (key,)).rowcount)

    def expire_exchanged(self) -> int:
        """Let every exchanged key run out now and return how many there were."""
        with self._project.write() as connection:
            return connection.execute("UPDATE keys SET expires_at = 0 WHERE kind = 'sass'").rowcount

    def check(self, key: str | None) -> Key:
        """
        :raises ApiError: 401 with ``ERR_SASS_INVALID`` or ``KEY_EXPIRED``; both words are observed,
            the status is assumed
        """
        row = self._project.db.one("SELECT * FROM keys WHERE key = ?", (key,)) if key else None
        if row is None:
            hint = "Send your key in the header X-Filerobot-Key."
            raise ApiError(401, "ERR_SASS_INVALID", "The key is wrong or missing.", hint)
        if not row["active"]:
            raise ApiError(401, "KEY_DEACTIVATED", "This key has been deactivated.")
        if row["expires_at"] is not None and row["expires_at"] <= time.time():
            raise ApiError(401, "KEY_EXPIRED", "KEY_EXPIRED", "Exchange your security template again.")
        return Key(row["key"], frozenset(orjson.loads(row["permissions"])), row["dir_scope"])

    def exchange(self, template: str, address: str) -> dict:
        """
        Trade a security template id for a short-lived key.

        :param address: the caller's IP; five exchanges a minute each, as documented
        :returns: ``{"key": str, "permissions": [str], "key_validity": {"expire_duration": milliseconds}}``
        """
        if template != self._project.credentials.scaleflex.template:
            raise ApiError(401, "ERR_SASS_INVALID", "There is no such security template.")
        self._count(address)
        seconds = self._project.switches["sass_seconds"]
        key = f"SASS{secrets.token_hex(24)}"
        self._store(key, "sass", TEMPLATE_PERMISSIONS, expires_at=time.time() + seconds)
        return {
            "key": key,
            "permissions": list(TEMPLATE_PERMISSIONS),
            "key_validity": {"expire_duration": int(seconds * 1000)},
        }

    def _count(self, address: str) -> None:
        now = time.monotonic()
        with self._lock:
            calls = self._exchanges.setdefault(address, deque(maxlen=EXCHANGES_PER_MINUTE))
            if len(calls) == EXCHANGES_PER_MINUTE and now - calls[0] < 60:
                raise ApiError(
                    429, "TOO_MANY_REQUESTS", "A template may be exchanged five times a minute.",
                    extra={"retry_after": int(61 - (now - calls[0]))},
                )  # fmt: skip
            calls.append(now)

    def _store(
        self,
        key: str,
        kind: str,
        permissions: tuple[str, ...] | list[str],
        *,
        expires_at: float | None = None,
        dir_scope: str | None = None,
    ) -> None:
        with self._project.write() as connection:
            connection.execute("DELETE FROM keys WHERE expires_at < ?", (time.time() - 86400,))
            connection.execute(
                "INSERT INTO keys VALUES (?, ?, ?, 1, ?, ?)",
                (key, kind, orjson.dumps(list(permissions)).decode(), expires_at, dir_scope),
            )
