"""
Looking up 5,000 GTINs for one company: how long the question takes, from the text to the answer.

    python -m integrations.embedded run -- python -m tests.bench.look_up

Writes 12,000 products with two files each into an empty database of its own, of which the company sees a quarter.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def fill(products: int) -> tuple[object, list[str]]:
    """Return a company, and 5,000 identifiers: half of them found, the rest another company's, and unknown."""
    from portal.releases import services as releases
    from tests.builders import NOON, file_fact, gtin14, make_community, make_partner

    ours, theirs = make_partner("Ours"), make_partner("Theirs")
    make_community(ours, folder="/Ours")
    make_community(theirs, folder="/Theirs")
    facts = [
        file_fact(f"/{'Ours' if n % 4 == 0 else 'Theirs'}/{n}-{view}.jpg", gtin=gtin14(n), view=view)
        for n in range(products)
        for view in ("front", "back")
    ]
    for start in range(0, len(facts), 1000):
        releases.apply_files(facts=facts[start : start + 1000], now=NOON)
    mine = [gtin14(n) for n in range(0, products, 4)][:2500]
    foreign = [gtin14(n) for n in range(1, products, 4)][:1500]
    return ours, [*mine, *foreign, *(gtin14(10**9 + n) for n in range(5000 - len(mine) - len(foreign)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=12_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases
    from django.utils import timezone

    from portal.core import rowscope
    from portal.downloads import products

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        partner, gtins = fill(given.products)
        text = "\n".join(gtins)
        taken = []
        for _ in range(given.times):
            connection.ensure_connection()
            began = time.perf_counter()
            with rowscope.limited_to(partner.pk):
                lines = products.look_up(partner, products.read_gtins(text), at=timezone.now())
            taken.append(time.perf_counter() - began)
        found = sum(line.answer == "found" for line in lines)
        print(
            f"{len(lines)} identifiers among {given.products} products, {found} found: "
            f"median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s (at most 3)"
        )
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
