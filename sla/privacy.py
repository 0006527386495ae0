"""Personal data that people type where none is needed: numbers that look like an ID card or a telephone."""

import re
import unicodedata

DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID = re.compile(rf"(?<![0-9A-Za-z])[1-9]\d{{5}}(?:18|19|20)\d{{2}}{DAY}\d{{3}}[\dXx](?![0-9A-Za-z])")
_OLD_ID = re.compile(rf"(?<!\d)[1-9]\d{{7}}{DAY}\d{{3}}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")


def looks_personal(text: str) -> list[str]:
    """What the text seems to hold: "id_number", "phone".  Full-width digits and thin spaces are read as usual ones.

    An ID number of 18 places with a wrong check digit counts too: a typing error is no protection.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = []
    if _ID.search(plain) or _OLD_ID.search(plain):
        found.append("id_number")
    if _MOBILE.search(plain) or _LANDLINE.search(plain):
        found.append("phone")
    return found
