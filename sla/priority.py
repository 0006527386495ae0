"""Priority from impact and urgency: 1 (whole body, business stopped) to 4."""

WEIGHTS = {"whole": 0, "part": 1, "single": 2, "high": 0, "medium": 1, "low": 2}
LOWEST = 4


def priority_of(impact: str, urgency: str) -> int:
    """1 to 4, 1 the most pressing.  Raises KeyError for an unknown impact or urgency.

    >>> [priority_of(impact, urgency) for impact in ("whole", "single") for urgency in ("high", "medium", "low")]
    [1, 2, 3, 3, 4, 4]
    """
    return min(1 + WEIGHTS[impact] + WEIGHTS[urgency], LOWEST)
