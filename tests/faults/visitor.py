"""A person and a system of one partner, from outside: over HTTP, like everybody."""

import re
from typing import Any

import requests

from tests.faults.stage import Stage

#: Longer than any page may take; an answer that comes later counts as none.
SECONDS = 20


class Visitor:
    """One browser, and beside it the partner's own program with its token."""

    def __init__(self, stage: Stage, person: int = 0):
        self.stage, self.person = stage, stage.demo["users"][person]
        self.browser = requests.Session()
        self.browser.trust_env = False
        self.system = requests.Session()
        self.system.trust_env = False

    @property
    def home(self) -> str:
        return f"/o/{self.person['company']}/"

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.browser.get(f"{self.stage.url}{path}", timeout=SECONDS, **options)

    def sign_in(self) -> requests.Response:
        """Fill in the form for mail address and password; returns where that leads."""
        address = f"{self.stage.url}/accounts/login/"
        form = self.browser.get(address, timeout=SECONDS)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        if found is None:
            return form
        words = {
            "csrfmiddlewaretoken": found[1],
            "login": self.person["email"],
            "password": self.person["password"],
        }
        return self.browser.post(address, data=words, headers={"Referer": address}, timeout=SECONDS)

    def token(self) -> requests.Response:
        """Get a token for the partner's system, and keep it."""
        client = self.stage.demo["api_clients"][0]
        answer = self.system.post(
            client["token_url"],
            data={"grant_type": "client_credentials", "scope": client["scope"]},
            auth=(client["client_id"], client["client_secret"]),
            timeout=SECONDS,
        )
        if answer.ok:
            self.system.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def api(self, path: str) -> requests.Response:
        # The session's own header; without it requests would look for others.
        return self.system.get(f"{self.stage.url}/api/v1{path}", timeout=SECONDS)
