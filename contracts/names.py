"""Names of organisations made comparable: what two clerks type for one body meets.

Invoices and registers write the same name with full-width or half-width brackets, with and without blanks, with one
middle dot or another; comparing the texts themselves is the classic failure of reconciliation.
"""

import unicodedata

LONGEST_KEY = 400


def key(text: str) -> str:
    """What tells two names apart: their letters, digits and ideographs in one form, nothing else.

    Full-width and half-width, capital and small letters are the same; brackets, blanks, dots, dashes and quotes do not
    count.  Empty for a text without letters.
    """
    while (folded := _folded(text)) != text:  # what is left out may let two signs become one
        text = folded
    return text[:LONGEST_KEY]


def tidy(text: str) -> str:
    """The name as it should be stored: no blanks at the ends, none doubled, no invisible signs."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in {"Cf", "Cc"} or sign.isspace())
    return " ".join(seen.split())


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in plain if _tells(sign))


def _tells(sign: str) -> bool:
    # Private-use signs stand for rare characters of personal and place names on older systems.
    kind = unicodedata.category(sign)
    return kind[0] in "LNM" or kind == "Co"
