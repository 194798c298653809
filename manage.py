#!/usr/bin/env python3
"""
Django's command line, and three words that need nothing installed.

    python3 manage.py demo    the whole system with sample media, on this machine
    python3 manage.py test    every test
    python3 manage.py soak    the whole system under faults, as long as one likes

They build ``.venv`` from the locked requirements first; every other word is Django's.
"""

import os
import sys


def main() -> None:
    # Before any import of ours: an older Python cannot even read the files.
    if sys.version_info < (3, 11):
        sys.exit(
            "This project needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info[:2])
        )

    from integrations.embedded import bootstrap

    word = sys.argv[1] if len(sys.argv) > 1 else "help"
    if word in bootstrap.WORDS:
        sys.exit(bootstrap.run(word, sys.argv[2:]))
    bootstrap.use_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
