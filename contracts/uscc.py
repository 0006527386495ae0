"""The unified social credit code (统一社会信用代码): form and check digit by GB 32100-2015.

Codes whose check digit is wrong are in real use, so a wrong digit is a warning to confirm, never a refusal.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import uscc

# stdnum asks for eight leading digits; real codes also start with a letter (Y1 other bodies, N1 rural collectives).
_FORM = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}")


@dataclass(frozen=True, slots=True)
class UsccVerdict:
    """What a code is: as it should be stored, whether it has the form, and whether its last sign fits."""

    code: str
    well_formed: bool
    check_digit_ok: bool
    expected_digit: str = ""


def examine(text: str) -> UsccVerdict:
    """Examine a code as typed: blanks, hyphens, small and full-width letters are understood."""
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _FORM.fullmatch(code):
        return UsccVerdict(code, well_formed=False, check_digit_ok=False)
    expected = str(uscc.calc_check_digit(code[:17]))
    return UsccVerdict(code, well_formed=True, check_digit_ok=code[17] == expected, expected_digit=expected)
