"""
Fill the demo: connections to the sandbox, routing rules, people, systems, and the first import.

Works over HTTP and through the portal's services like anybody else, so what the demo shows is what the product does.
Run again, it repairs addresses and leaves everything else as people made it.
"""

import json
import os
import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from integrations import http
from integrations.connections import ensure_connection
from integrations.management import onboarding_demo, requests_demo
from integrations.management.demo_data import DEMO_FOLDER, PACKS, PEOPLE, RULES, SCOPES, STAFF_EMAIL, SYSTEMS
from integrations.models import Connection
from integrations.routing import poll
from portal.accounts.models import User
from portal.activity import services as activity
from portal.catalog.models import Variant
from portal.packs import services as packs
from portal.packs import terms
from portal.packs.models import Pack
from portal.partners import services as partners
from portal.partners.models import ApiClient, Community, Partner
from portal.publications import services as publications
from portal.publications.models import RoutingRule
from portal.releases import services as releases
from portal.renditions.models import Recipe

IMPORT_SECONDS = 120


class Command(BaseCommand):
    help = "Fill the demo from the running sandbox and write demo.json."

    def handle(self, *args, **options):
        if not settings.LOCAL:
            raise CommandError("This fills a demo. It runs only with PORTAL_LOCAL=yes.")
        self.sandbox_url = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8001").rstrip("/")
        self.written = settings.VAR_DIR / "demo.json"
        self.kept = self._read(settings.VAR_DIR / "demo-secrets.json") or {}
        keys = self._read(settings.VAR_DIR / "sandbox" / "credentials.json")
        if keys is None:
            raise CommandError("The sandbox has made no credentials yet. Start it first.")
        now = timezone.now()
        dam, grid = self._connect(keys)
        self._ask_for_webhooks(dam)
        self._import(grid)
        onboarding_demo.join(grid, self.sandbox_url)
        self._import(grid)
        self._make_rules(now)
        self._import(dam)
        while releases.continue_routing(now=now):
            pass
        publications.number_changes()
        self._make_packs(now)
        activity.seal()
        people, staff, systems = self._people(now), self._staff(), self._systems(now)
        onboarding_demo.fill(now=now)
        requests_demo.fill(staff=STAFF_EMAIL, now=now)
        self._write(settings.VAR_DIR / "demo-secrets.json", self.kept)
        self._write(self.written, self._description(keys, people, staff, systems))
        self.stdout.write(f"{Partner.objects.count()} companies, {len(people)} people, {self.written}")

    def _connect(self, keys: dict[str, Any]) -> tuple[Connection, Connection]:
        scaleflex, grid, hooks = keys["scaleflex"], keys["trading_grid"], keys["webhooks"]
        dam = ensure_connection(
            vendor=Connection.Vendor.SCALEFLEX,
            key="scaleflex",
            name="Scaleflex (sandbox)",
            options={
                "api_url": self.sandbox_url,
                "cdn_url": f"{self.sandbox_url}/cdn/{scaleflex['token']}",
                "token": scaleflex["token"],
                # The sandbox bears it; the vendor's advice is not more than five.
                "calls_per_second": 1000.0,
                "sweep_seconds": 1.0,
                "overlap_seconds": 120.0,
                "full_walk_hours": 0.05,
                "confirm_gone_seconds": 10.0,
            },
            credentials={
                "key": scaleflex["key"],
                "webhook_user": hooks["scaleflex_user"],
                "webhook_password": hooks["scaleflex_password"],
            },
        )
        community = ensure_connection(
            vendor=Connection.Vendor.TRADING_GRID,
            key="trading-grid",
            name="Trading Grid (sandbox)",
            options={
                "gateway_url": self.sandbox_url,
                "company_id": grid["company_id"],
                # As above: the sandbox bears it.
                "calls_per_second": 1000.0,
            },
            credentials={
                "consumer_key": grid["consumer_key"],
                "consumer_secret": grid["consumer_secret"],
                "webhook_secret": hooks["grid_secret"],
            },
        )
        return dam, community

    def _ask_for_webhooks(self, dam: Connection) -> None:
        """
        Tell the sandbox where to send its webhooks. At the vendor staff do this in the console: there is no API for it.
        """
        address = f"{settings.PORTAL_URL}{reverse('integrations:scaleflex-webhook', args=[dam.key])}"
        http.call(
            "POST",
            f"{self.sandbox_url}/_sandbox/scaleflex/webhooks",
            service="The sandbox",
            operation="set webhook",
            hosts=dam.hosts,
            json={"url": address},
        )

    def _import(self, connection: Connection) -> None:
        """Let the connection's own polling run until it has caught up."""
        until = time.monotonic() + IMPORT_SECONDS
        while poll(connection, seconds=10):
            if time.monotonic() > until:
                raise CommandError(f"{connection} did not come to an end within {IMPORT_SECONDS} seconds.")

    def _make_rules(self, now: datetime) -> None:
        if RoutingRule.objects.exists():
            return
        for name, (community, conditions) in RULES.items():
            rule = RoutingRule.objects.create(name=name, **conditions)
            rule.communities.set(Community.objects.filter(name=community))
        publications.request_routing(now=now)

    def _make_packs(self, now: datetime) -> None:
        """Compose the packs and begin their first versions; the worker makes their files, as the pages show."""
        if Pack.objects.exists():
            return
        size = Recipe.objects.get(key="web-1200")
        for wanted in PACKS:
            community = Community.objects.filter(name=wanted["community"]).first()
            if community is None:
                continue
            pack = packs.save_pack(
                pack=None,
                facts={
                    "title": wanted["title"],
                    "purpose": wanted["purpose"],
                    "asks": wanted["asks"],
                    "asks_within_days": 14,
                },
                communities=[community],
                owner=None,
                now=now,
                actor="system",
            )
            rules = [(wanted["rule"], [size])] if "rule" in wanted else []
            picks = [] if rules else [(variant, size) for variant in self._files(community, wanted)]
            packs.set_contents(pack=pack, picks=picks, rules=rules, now=now, actor="system")
            terms.set_terms(pack=pack, text=wanted.get("terms", {}), now=now, actor="system")
            packs.begin_version(pack=pack, now=now)

    def _files(self, community: Community, wanted: dict[str, Any]) -> list[Variant]:
        published = Variant.objects.filter(
            publication_items__community=community,
            publication_items__withdrawn_at=None,
            current__isnull=False,
            asset__kind=wanted["kind"],
            asset__view=wanted["view"],
        )
        # One language of each picture will do.
        chosen = published.order_by("asset", "language", "pk").distinct("asset")
        return list(chosen[: wanted["files"]])

    def _people(self, now: datetime) -> list[dict[str, str]]:
        found = []
        for email, name, company, role, language in PEOPLE:
            partner = Partner.objects.get(name=company)
            user = User.objects.filter(email=email).first()
            if user is None:
                user = User.objects.create_user(email, self._secret(email), name=name, language=language)
            partners.add_member(partner=partner, user=user, role=role, now=now)
            found.append(
                {"email": email, "password": self._secret(email), "company": partner.slug, "role": role}
            )
        return found

    def _staff(self) -> dict[str, str]:
        password = self._secret(STAFF_EMAIL)
        if not User.objects.filter(email=STAFF_EMAIL).exists():
            User.objects.create_superuser(STAFF_EMAIL, password, name="Norrvik Staff")
        return {"email": STAFF_EMAIL, "password": password}

    def _systems(self, now: datetime) -> list[dict[str, Any]]:
        found, scope = [], " ".join(SCOPES)
        for company, name in SYSTEMS.items():
            partner = Partner.objects.get(name=company)
            client = ApiClient.objects.filter(partner=partner, name=name, revoked_at=None).first()
            if client is not None and self.kept.get(f"scopes:{name}") != scope:
                # From an earlier version of the demo, which offered less: it would be refused what it is said to have.
                partners.revoke_api_client(client=client, now=now)
                client = None
            if client is None or f"client:{name}" not in self.kept:
                client, secret = partners.create_api_client(
                    partner=partner, name=name, scopes=SCOPES, now=now
                )
                self.kept |= {f"client:{name}": secret, f"scopes:{name}": scope}
            found.append(
                {
                    "company": partner.slug,
                    "client_id": client.client_id,
                    "client_secret": self.kept[f"client:{name}"],
                    "token_url": f"{settings.PORTAL_URL}/identity/o/api/token",
                    "scope": scope,
                    "sees_demo_folder": RoutingRule.objects.filter(
                        folders__contains=[DEMO_FOLDER], communities__partners=partner
                    ).exists(),
                }
            )
        return found

    def _description(self, keys, people, staff, systems) -> dict[str, Any]:
        return {
            "portal_url": settings.PORTAL_URL,
            "sandbox_url": self.sandbox_url,
            "users": people,
            "staff": staff,
            "api_clients": systems,
            "sandbox": {
                "scaleflex": {
                    "token": keys["scaleflex"]["token"],
                    "key": keys["scaleflex"]["key"],
                    "demo_folder": DEMO_FOLDER,
                },
                "trading_grid": keys["trading_grid"],
            },
        }

    def _secret(self, name: str) -> str:
        """A password of this demo alone: made once, then kept."""
        return self.kept.setdefault(name, f"norrvik-{secrets.token_urlsafe(6)}")

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            return json.loads(path.read_text())
        except (OSError, ValueError):
            return None

    def _write(self, path: Path, content: dict[str, Any]) -> None:
        new = path.with_suffix(".new")
        new.touch(0o600)
        new.write_text(json.dumps(content, indent=2, ensure_ascii=False))
        new.replace(path)
