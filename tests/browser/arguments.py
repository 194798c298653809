"""How Chromium is started: for pages of our own, alone, without looking for anything outside."""

ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root, and visit nobody but ourselves
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
