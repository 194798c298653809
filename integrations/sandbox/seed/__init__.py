"""
The media of Norrvik, an invented brand, drawn at set-up so that nothing large is committed.

``python -m integrations.sandbox.seed <folder>`` writes ``<folder>/originals/...`` and
``<folder>/catalogue.json``, which the Scaleflex sandbox takes in as its first content.
"""
