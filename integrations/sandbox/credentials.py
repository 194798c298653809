"""The keys both vendors hand out, made once per folder and kept beside the data."""

import json
import os
import secrets
from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class ScaleflexKeys:
    """``token`` names the project, ``key`` is its server key, ``template`` its security template id."""

    token: str
    key: str
    template: str


@dataclass(frozen=True)
class TradingGridKeys:
    """The API client (``consumer_*``) and the hub company with the user the portal acts as."""

    consumer_key: str
    consumer_secret: str
    company_id: str
    user_id: str
    login_id: str


@dataclass(frozen=True)
class WebhookKeys:
    """What the sandbox proves itself with when it calls the portal."""

    scaleflex_user: str
    scaleflex_password: str
    grid_secret: str


@dataclass(frozen=True)
class Credentials:
    scaleflex: ScaleflexKeys
    trading_grid: TradingGridKeys
    webhooks: WebhookKeys


def _new() -> Credentials:
    return Credentials(
        scaleflex=ScaleflexKeys(
            token="fnorrvik",
            key=secrets.token_hex(20),
            template=f"SECU_{secrets.token_hex(16).upper()}",
        ),
        trading_grid=TradingGridKeys(
            consumer_key=secrets.token_urlsafe(24),
            consumer_secret=secrets.token_urlsafe(32),
            company_id="GC00000000AA",
            user_id="U0000000001",
            login_id="portal.service@norrvik.example",
        ),
        webhooks=WebhookKeys(
            scaleflex_user="scaleflex",
            scaleflex_password=secrets.token_urlsafe(24),
            # Standard Webhooks wants base64 behind the prefix; token_urlsafe is not base64.
            grid_secret=f"whsec_{b64encode(secrets.token_bytes(32)).decode()}",
        ),
    )


def load(folder: Path) -> Credentials:
    """
    Read ``<folder>/credentials.json``, writing it first when it is missing.

    :raises ValueError: the file is not what this program wrote
    """
    path = Path(folder) / "credentials.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, _new())
    try:
        data = json.loads(path.read_text("utf-8"))
        return Credentials(
            scaleflex=ScaleflexKeys(**data["scaleflex"]),
            trading_grid=TradingGridKeys(**data["trading_grid"]),
            webhooks=WebhookKeys(**data["webhooks"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}). Delete it to get new sandbox keys.") from error


def _write(path: Path, credentials: Credentials) -> None:
    # Renaming makes it whole or absent; 0600 because it holds secrets, simulated or not.
    draft = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(credentials), file, indent=2)
    draft.replace(path)
