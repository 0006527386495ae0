"""Words made comparable: full and half width, case and blanks no longer tell two texts apart.

Each character is taken alone (NFKC, lower case), so that a place in the comparable text leads back to the written one.
"""

import unicodedata
from collections.abc import Iterator

MOST_WORDS = 8
LONGEST_QUERY = 100


def comparable(text: str) -> str:
    """The text with every run of blanks or control characters as one blank, none at its ends."""
    return "".join(part for part, _place in _parts(text)).strip()


def words_of(query: str) -> list[str]:
    """The words to look for, each once; what is beyond LONGEST_QUERY characters or MOST_WORDS words is left out."""
    return list(dict.fromkeys(comparable(query[:LONGEST_QUERY]).split()))[:MOST_WORDS]


def around(text: str, words: list[str], *, before: int = 24, after: int = 60) -> list[tuple[str, bool]]:
    """A piece of the written text around the first hit, as (piece, whether it is a hit); its start when none is there.

    `before` and `after` are characters to show beside the hit.
    """
    parts = list(_parts(text))
    flat = "".join(part for part, _place in parts)
    places = [place for part, place in parts for _character in part]
    first = min((at for word in words if (at := flat.find(word)) >= 0), default=0)
    start = places[max(first - before, 0)] if places else 0
    stop = places[min(first + after, len(places) - 1)] + 1 if places else 0
    hits = sorted(_hits(flat, places, words, start, stop))
    return _cut(text, start, stop, hits)


def _parts(text: str) -> Iterator[tuple[str, int]]:
    """Each character made comparable, with its place; blanks and control characters are folded into one blank."""
    blank = True
    for place, character in enumerate(text):
        if character.isspace() or unicodedata.category(character)[0] == "C":
            if not blank:
                yield " ", place
            blank = True
            continue
        # Some signs, such as a cedilla alone, decompose into a blank and a mark.
        made = "".join(unicodedata.normalize("NFKC", character).lower().split())
        if made:
            yield made, place
            blank = False


def _hits(flat: str, places: list[int], words: list[str], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where the words stand in the written text between two places."""
    for word in words:
        at = flat.find(word)
        while at >= 0:
            begin, end = places[at], places[at + len(word) - 1] + 1
            if begin >= start and end <= stop:
                yield begin, end
            at = flat.find(word, at + len(word))


def _cut(text: str, start: int, stop: int, hits: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for begin, end in hits:
        if begin < at:
            continue  # inside the hit before
        pieces += [(text[at:begin], False)] if begin > at else []
        pieces.append((text[begin:end], True))
        at = end
    pieces += [(text[at:stop], False)] if at < stop else []
    return [*pieces, ("…", False)] if stop < len(text) else pieces
