"""Tasks on what was agreed, one module an area; each calls a verb for each row."""

from contracts.tasks import boards, controls, duties, limiting, searching, sharing

__all__ = ["boards", "controls", "duties", "limiting", "sharing"]
from contracts.tasks import life

__all__ = ["boards", "controls", "duties", "life", "sharing"]
__all__ = ["boards", "controls", "duties", "limiting", "searching", "sharing"]
