"""GTINs of the invented brand: 14 digits, below a prefix that GS1 keeps for demonstrations."""

# 952 is the GS1 prefix for demonstrations and examples: no real product carries it.
COMPANY_PREFIX = "952123450"


def check_digit(digits: str) -> str:
    """
    The GS1 check digit for the 13 digits that come before it.

    Counted from the right, the digits weigh 3, 1, 3, 1, ...; the check digit lifts the sum to
    the next ten (GS1 General Specifications, 7.9).
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin14(item: int) -> str:
    """The GTIN-14 of item number ``item`` (1 to 999)."""
    digits = f"0{COMPANY_PREFIX}{item:03d}"
    return digits + check_digit(digits)


def ean13_bars(gtin: str) -> str:
    """
    The 95 modules of the EAN-13 bar code of a GTIN, "1" for a bar and "0" for a gap.

    The codes of the left half alternate between sets A and B as the first digit says; the
    right half is set C, the complement of A.
    """
    set_a = ["0001101", "0011001", "0010011", "0111101", "0100011"]
    set_a += ["0110001", "0101111", "0111011", "0110111", "0001011"]
    set_c = ["".join("10"[int(bit)] for bit in code) for code in set_a]
    set_b = [code[::-1] for code in set_c]
    parities = [
        "AAAAAA",
        "AABABB",
        "AABBAB",
        "AABBBA",
        "ABAABB",
        "ABBAAB",
        "ABBBAA",
        "ABABAB",
        "ABABBA",
        "ABBABA",
    ]
    ean = gtin[-13:]
    left = "".join(
        (set_a if parity == "A" else set_b)[int(digit)]
        for digit, parity in zip(ean[1:7], parities[int(ean[0])], strict=True)
    )
    right = "".join(set_c[int(digit)] for digit in ean[7:])
    return f"101{left}01010{right}101"
