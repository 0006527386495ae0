"""Priority from impact and urgency: 1 (whole body, business stopped) to 4, by the agreement's matrix."""

from collections.abc import Mapping

WEIGHTS = {"whole": 0, "part": 1, "single": 2, "high": 0, "medium": 1, "low": 2}
LOWEST = 4
IMPACTS, URGENCIES = ("whole", "part", "single"), ("high", "medium", "low")


def priority_of(impact: str, urgency: str, matrix: Mapping[str, int] | None = None) -> int:
    """1 to 4, 1 the most pressing; matrix: what the agreement says, by "impact_urgency", instead of the usual one.

    Raises KeyError for an unknown impact or urgency.

    >>> [priority_of(impact, urgency) for impact in ("whole", "single") for urgency in ("high", "medium", "low")]
    [1, 2, 3, 3, 4, 4]
    >>> priority_of("single", "high", {"single_high": 1})
    1
    """
    if matrix is not None:
        return matrix[cell(impact, urgency)]
    return min(1 + WEIGHTS[impact] + WEIGHTS[urgency], LOWEST)


def cell(impact: str, urgency: str) -> str:
    """The name of a cell of the matrix."""
    return f"{impact}_{urgency}"


def usual_matrix() -> dict[str, int]:
    """The matrix where the agreement says nothing else, by the names of its cells."""
    return {cell(impact, urgency): priority_of(impact, urgency) for impact in IMPACTS for urgency in URGENCIES}
