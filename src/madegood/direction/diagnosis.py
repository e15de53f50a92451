"""Why results are flat: nine rival explanations, each with the evidence for and against it.

None is about anyone's effort. `supported` and `contradicted` rest on something seen in the data; where nothing was
seen either way the explanation stays `unknown` and says what would tell. There are no chances: they are not calibrated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.direction.model import Explanation, Line
from madegood.direction.rivals import RIVALS

if TYPE_CHECKING:
    from madegood.direction.model import Standing
    from madegood.direction.rivals import Rival
    from madegood.direction.situation import Situation


def explain(situation: Situation) -> tuple[Explanation, ...]:
    """Every rival in its order, weighed on what is known this day."""
    return tuple(weigh(rival, situation) for rival in RIVALS)


def weigh(rival: Rival, situation: Situation) -> Explanation:
    """One rival: its lines decide; where they pull both ways and neither outweighs the other, it stays unknown."""
    lines = tuple(rival.lines(situation))
    standing = stands(lines)
    sides = {line.toward for line in lines}
    torn = {"for", "against"} <= sides
    until = "" if standing != "unknown" else "The evidence pulls both ways." if torn else rival.until
    return Explanation(rival.name, rival.title, standing, lines, until)


def stands(lines: tuple[Line, ...]) -> Standing:
    """What the lines say together: twice as many on one side as on the other decide, else nothing does.

    >>> yes, no = Line("a", "for"), Line("b", "against")
    >>> stands(()), stands((yes,)), stands((yes, no)), stands((yes, yes, no)), stands((no, no))
    ('unknown', 'supported', 'unknown', 'supported', 'contradicted')
    """
    pro, con = (sum(line.toward == side for line in lines) for side in ("for", "against"))
    if pro and pro >= 2 * con:
        return "supported"
    if con and con >= 2 * pro:
        return "contradicted"
    return "unknown"
