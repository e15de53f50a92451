"""Loops over events in the order of their time, compiled: each keeps a little of everyone and counts as it goes.

What is read comes in stretches of rows that lie on one day: x (rows,) the number of each row's person, t (rows,) its
moment in microseconds since the first day began, plus 1, and cell (rows,) which of the kinds of row it is that any
question tells apart; what a question makes of a cell is looked up in a table of its own. Rows of one person at one
moment lie side by side, so that they can be taken as one.

0 stands for nothing yet: days count from 1, and so do moments. What is kept of people is fetched before it is needed,
since it lies all over the memory and the waiting for it would be most of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from madegood.numerics.compiled import compiled

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Small = NDArray[np.int16]
Cells = NDArray[np.uint16]
Numbers = NDArray[np.int32]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

AHEAD = 24  # rows: further ahead or nearer by half changed nothing that could be measured
#: Someone who began: when, the next place, the day, and the part times LEVELS with the step that they are at.
BEGUN = np.dtype([("moment", "i8"), ("link", "i4"), ("day", "i2"), ("state", "i2")])
LEVELS = 8
#: Someone who has had a chance: when, times PARTS, and the part; the next place; of which question.
CHANCE = np.dtype([("moment", "i8"), ("link", "i4"), ("which", "i4")])
NEWS = 4096  # rows: what is new is kept so long, then looked at together
PARTS = 1 << 11  # a moment of a hundred years takes 52 bits, which leaves so many parts
FIBONACCI = np.uint64(0x9E3779B97F4A7C15)  # Knuth, The Art of Computer Programming 3 (2nd ed.), page 518
FNV, FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # RFC 9923, section 5
OTHER, OTHER_PRIME = np.uint64(0x9AE16A3B2F90404F), np.uint64(0xC2B2AE3D27D4EB4F)


def _fetch(typing: Any, array: Any, row: Any) -> Any:
    """Asks for a row of an array to be brought near; nothing waits for it."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        at = context.make_array(signature.args[0])(context, builder, values[0])
        start = builder.ptrtoint(at.data, ir.IntType(64))
        words: Any = cgutils
        step = words.unpack_tuple(builder, at.strides)[0]
        byte, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.inttoptr(builder.add(start, builder.mul(values[1], step)), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, whole, whole, whole])
        builder.call(
            words.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0"),
            [place, whole(1), whole(3), whole(1)],
        )
        return context.get_dummy_value()

    return types.void(array, types.int64), code


fetch: Any = intrinsic(_fetch)


@compiled
def hashed(offsets: Numbers, letters: NDArray[np.uint8], salt: int, pepper: int, out: Ints) -> None:
    """Texts, that begin and end at `offsets` (n + 1,) of `letters`, as two words each, (n, 2): alike only where equal.

    Two texts of a thousand million share 128 such bits with a chance below 1e-20. Whoever does not know `salt` and
    `pepper` cannot tell whose words they are.
    """
    for i in range(len(offsets) - 1):
        a, b = FNV ^ np.uint64(salt), OTHER ^ np.uint64(pepper)
        for j in range(offsets[i], offsets[i + 1]):
            byte = np.uint64(letters[j])
            a = (a ^ byte) * FNV_PRIME
            b = ((b ^ byte) * OTHER_PRIME) ^ (b >> np.uint64(29))
        a ^= b >> np.uint64(32)
        out[i, 0], out[i, 1] = np.int64(a), np.int64(b)


@compiled
def mixed(keys: Ints, salt: int, pepper: int) -> None:
    """Makes other words of whole numbers, (n, 1), each of another: MurmurHash3's finalizer (Appleby 2011)."""
    odd = np.uint64(pepper) | np.uint64(1)
    for i in range(len(keys)):
        a = (np.uint64(keys[i, 0]) ^ np.uint64(salt)) * odd
        a = (a ^ (a >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        a = (a ^ (a >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        keys[i, 0] = np.int64(a ^ (a >> np.uint64(33)) ^ np.uint64(salt))


@compiled
def looked_up(table: Numbers, low: int, asked: Ints, out: Numbers, known: int) -> int:
    """The numbers of people whose keys lie close together: the people known. `table` has them plus 1, from `low` on."""
    n = len(asked)
    for i in range(n):
        if i + AHEAD < n:
            fetch(table, asked[i + AHEAD, 0] - low)
        at = asked[i, 0] - low
        if table[at] == 0:
            known += 1
            table[at] = known
        out[i] = table[at] - 1
    return known


@compiled
def numbered(slots: Numbers, keys: Ints, asked: Ints, out: Numbers, start: int, known: int) -> tuple[int, int]:
    """The numbers of people, by the order in which they were first seen: (row reached, people known).

    slots  (a power of two,) numbers plus 1 by the hash of the key
    keys   (people, words) of those known; stops where no key would find room, or more than half the slots are taken
    """
    mask, room, words, n = np.uint64(len(slots) - 1), min(len(slots) // 2, len(keys)), keys.shape[1], len(asked)
    for i in range(start, n):
        if i + AHEAD < n:
            y = i + AHEAD
            fetch(slots, np.int64(((np.uint64(asked[y, 0]) * FIBONACCI) >> np.uint64(20)) & mask))
            y = i + AHEAD // 2
            z = slots[np.int64(((np.uint64(asked[y, 0]) * FIBONACCI) >> np.uint64(20)) & mask)]
            if z > 0:
                fetch(keys, np.int64(z - 1))
        at = ((np.uint64(asked[i, 0]) * FIBONACCI) >> np.uint64(20)) & mask
        while True:
            found = slots[np.int64(at)]
            if found == 0:
                if known >= room:
                    return i, known
                for w in range(words):
                    keys[known, w] = asked[i, w]
                known += 1
                slots[np.int64(at)] = known
                out[i] = known - 1
                break
            same = keys[found - 1, 0] == asked[i, 0]
            for w in range(1, words):
                same &= keys[found - 1, w] == asked[i, w]
            if same:
                out[i] = found - 1
                break
            at = (at + np.uint64(1)) & mask
    return n, known


@compiled
def laid(slots: Numbers, keys: Ints, known: int) -> None:
    """Lays the numbers of those known into empty slots."""
    mask = np.uint64(len(slots) - 1)
    for i in range(known):
        at = ((np.uint64(keys[i, 0]) * FIBONACCI) >> np.uint64(20)) & mask
        while slots[np.int64(at)] != 0:
            at = (at + np.uint64(1)) & mask
        slots[np.int64(at)] = i + 1


@compiled
def added(cell: Cells, codes: Numbers, table: Cells) -> None:
    """Adds what one column's codes say to the cells of rows."""
    for i in range(len(codes)):
        cell[i] += table[codes[i]]


@compiled
def unsorted(t: Ints) -> bool:
    """Whether a moment lies before the one above it."""
    found = False
    for i in range(1, len(t)):
        found |= t[i] < t[i - 1]
    return found


@compiled
def ties(t: Ints, x: Numbers) -> int:
    """How many rows lie apart from another one of the same person and moment, at most; 0: none does.

    Of a moment with many rows it is not looked into whether any person is in it twice.
    """
    n, apart, i = len(t), 0, 0
    while i < n - 1:
        if t[i + 1] != t[i]:
            i += 1
            continue
        j = i + 2
        while j < n and t[j] == t[i]:
            j += 1
        if j - i > 64:
            apart += 1
        else:
            for a in range(i, j - 2):
                for b in range(a + 2, j):
                    apart += x[a] == x[b] and x[b - 1] != x[b]
        i = j
    return apart


@compiled
def celled(cell: Cells, low: int, high: int, out: Ints) -> None:
    """How many rows there are of each cell."""
    for i in range(low, high):
        out[cell[i]] += 1


@compiled
def summed(cell: Cells, value: Floats, low: int, high: int, n: Ints, y: Floats, z: Floats) -> None:
    """How many rows of each cell have a number, its sum, and the sum of its square; NaN is none."""
    for i in range(low, high):
        v = value[i]
        if v == v:
            c = cell[i]
            n[c] += 1
            y[c] += v
            z[c] += v * v


@compiled
def there(
    x: Numbers, cell: Cells, low: int, high: int, day: int, part: Small, parts: int, last: Small, found: Numbers,
    before: Small, which: Small,
) -> int:  # fmt: skip
    """Who is there for the first time on a day, in each part by itself: how many, written down in three lists.

    part    what part a cell is of; below 0: it is not meant
    last    (people * parts,) the last day before
    found   the number of the row, `before` the day before that they were there, `which` the part
    """
    n = 0
    for i in range(low, high):
        if i + AHEAD < high:
            fetch(last, np.int64(x[i + AHEAD]) * parts)
        p = part[cell[i]]
        if p < 0:
            continue
        at = np.int64(x[i]) * parts + p
        if last[at] != day:
            found[n] = i
            before[n] = last[at]
            which[n] = p
            last[at] = day
            n += 1
    return n


@compiled
def of_those(
    x: Numbers, those: Numbers, m: int, day: int, last: Small, found: Numbers, before: Small, which: Small
) -> int:
    """The same for people in one part, out of the list of those who are there for the first time in one of several."""
    n = 0
    for k in range(m):
        if k + AHEAD < m:
            fetch(last, np.int64(x[those[k + AHEAD]]))
        who = x[those[k]]
        if last[who] != day:
            found[n], before[n], which[n] = those[k], last[who], 0
            last[who] = day
            n += 1
    return n


@compiled
def since(before: Small, which: Small, n: int, day: int, out: Ints) -> None:
    """Adds people by part and days since they were there, `out` (parts, most + 1); 0: never."""
    most = out.shape[1] - 1
    for i in range(n):
        gap = 0 if before[i] == 0 else min(day - before[i], most)
        out[which[i], gap] += 1


@compiled
def firsts(
    x: Numbers, t: Ints, cell: Cells, high: int, day: int, found: Numbers, before: Small, n: int, meant: Small,
    part: Small, rank: Small, first: Small, segment: Small, days: Small,
) -> None:  # fmt: skip
    """Writes down the first day of those who are new, the least part of their first moment, and everyone's days."""
    for k in range(n):
        i = found[k]
        who = x[i]
        days[who] += 1
        if before[k] == 0:
            least, j = part[cell[i]], i + 1
            while j < high and t[j] == t[i] and x[j] == who:
                p = part[cell[j]]
                if meant[cell[j]] >= 0 and rank[p] < rank[least]:
                    least = p
                j += 1
            first[who] = day
            segment[who] = least


@compiled
def offsets(x: Numbers, found: Numbers, n: int, day: int, first: Small, segment: Small, out: Ints) -> None:
    """Adds people by part, first day and days since, `out` (parts, days + 1, most + 1)."""
    most = out.shape[2] - 1
    for k in range(n):
        who = x[found[k]]
        if day - first[who] <= most:
            out[segment[who], first[who], day - first[who]] += 1


@compiled
def again(
    x: Numbers, found: Numbers, before: Small, n: int, day: int, first: Small, segment: Small, low: int, high: int,
    out: Ints,
) -> None:  # fmt: skip
    """Adds people by part, first day, and whether they were there `low` to `high` days on, `out` (parts, days, 2)."""
    for k in range(n):
        who = x[found[k]]
        begun = first[who]
        if before[k] == 0:
            out[segment[who], begun, 0] += 1
        if low <= day - begun <= high and (before[k] == 0 or before[k] - begun < low):
            out[segment[who], begun, 0] -= 1
            out[segment[who], begun, 1] += 1


@compiled
def entered(
    x: Numbers, t: Ints, cell: Cells, low: int, high: int, day: int, once: bool, step: Bytes, strict: int, levels: int,
    within: int, grain: int, part: Small, rank: Small, rows: Numbers, heads: Numbers, begun: Any, reached: Ints,
    free: int, out: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Who goes on: (the first free place, places taken); counts are added to `out` (parts, days + 1, levels, lags).

    step    bits of the steps that a cell is of, `strict` of the steps that must be later than the one before
    once    only what each began first of all is looked at, not what they began first on each day
    heads   (people, 2) the place plus 1 of the latest that each began, and the day on which
    begun   (places,) of BEGUN, all that were begun and may still go on: `link` chains the places of a person, and those
            that are free; `reached` (places,) when each came to its step, where any is strict
    """
    n, taken = 0, 0
    for i in range(low, high):
        rows[n] = i
        n += step[cell[i]] != 0
    k = 0
    while k < n:
        if k + AHEAD < n:
            fetch(heads, np.int64(x[rows[k + AHEAD]]))
            near = heads[x[rows[k + AHEAD // 2]], 0]
            if near > 0:
                fetch(begun, np.int64(near - 1))
        i = rows[k]
        who, now, bits, least = x[i], t[i], 0, -1
        while k < n and t[rows[k]] == now and x[rows[k]] == who:
            c = cell[rows[k]]
            bits |= step[c]
            if step[c] & 1 and (least < 0 or rank[part[c]] < rank[least]):
                least = part[c]
            k += 1
        if bits & 1 and (heads[who, 1] == 0 if once else heads[who, 1] != day):
            place = free
            one = begun[place]
            free = int(one.link)
            taken += 1
            one.moment, one.day, one.state = now, day, least * LEVELS + 1
            if strict:
                reached[place] = now
            one.link = heads[who, 0] - 1
            heads[who, 0], heads[who, 1] = place + 1, day
            out[least, day, 0, 0] += 1
        if bits == 1 and not strict & 1:
            continue
        before, place = -1, int(heads[who, 0]) - 1
        while place >= 0:
            one = begun[place]
            later, age, level = int(one.link), now - one.moment, one.state % LEVELS
            done = age > within
            while not done and bits >> level & 1 and (not strict >> level & 1 or reached[place] < now):
                out[one.state // LEVELS, one.day, level, age // grain] += 1
                level += 1
                one.state += 1
                if strict:
                    reached[place] = now
                done = level == levels
            if done:
                if before < 0:
                    heads[who, 0] = later + 1
                else:
                    begun[before].link = later
                one.link = free
                free = place
                taken -= 1
            else:
                before = place
            place = later
    return free, taken


@compiled
def swept(heads: Numbers, begun: Any, since: int, free: int) -> tuple[int, int]:
    """Gives back the places of what was begun before a moment: (the first free place, how many were given back)."""
    given = 0
    for who in range(len(heads)):
        before, place = -1, int(heads[who, 0]) - 1
        while place >= 0 and begun[place].moment >= since:
            before, place = place, int(begun[place].link)
        if place >= 0:  # the later ones come first: all from here on are as old
            if before < 0:
                heads[who, 0] = 0
            else:
                begun[before].link = -1
        while place >= 0:
            later = int(begun[place].link)
            begun[place].link = free
            free, place, given = place, later, given + 1
    return free, given


@compiled
def deepest(
    x: Numbers, t: Ints, cell: Cells, low: int, high: int, step: NDArray[np.uint8], strict: int, within: int,
    rows: Numbers, heads: Numbers, latest: Ints, whose: Numbers, used: int, best: NDArray[np.int8],
) -> int:  # fmt: skip
    """How far everyone came, by the latest beginning of a chain that came so far: the places that are taken.

    heads   (people,) the place plus 1 of those who have begun
    latest  (places, levels - 1) the moments, and `whose` (places,) they are
    """
    n, levels = 0, latest.shape[1]
    for i in range(low, high):
        rows[n] = i
        n += step[cell[i]] != 0
    k = 0
    while k < n:
        if k + AHEAD < n:
            fetch(heads, np.int64(x[rows[k + AHEAD]]))
            near = heads[x[rows[k + AHEAD // 2]]]
            if near > 0:
                fetch(latest, np.int64(near - 1))
        i = rows[k]
        who, now, bits = x[i], t[i], 0
        while k < n and t[rows[k]] == now and x[rows[k]] == who:
            bits |= step[cell[rows[k]]]
            k += 1
        place = heads[who] - 1
        if place < 0:
            if not bits & 1:
                continue
            place, used = used, used + 1
            heads[who], whose[place], latest[place] = place + 1, who, 0
        past = latest[place, 0]
        if bits & 1:
            latest[place, 0] = now
            best[who] = max(best[who], 1)
        for j in range(1, levels + 1):
            here = latest[place, j] if j < levels else 0
            start = past if strict >> j & 1 else latest[place, j - 1]
            if bits >> j & 1 and start > 0 and now - start <= within:
                if j < levels:
                    latest[place, j] = start
                best[who] = max(best[who], j + 1)
            past = here
    return used


@compiled
def gathered(heads: Numbers, latest: Ints, whose: Numbers, used: int, since: int) -> int:
    """Gives back the places of those who last began before a moment, and moves the others together: how many stay."""
    n = 0
    for place in range(used):
        if latest[place, 0] < since:
            heads[whose[place]] = 0
        else:
            if n < place:
                latest[n], whose[n] = latest[place], whose[place]
                heads[whose[n]] = n + 1
            n += 1
    return n


@compiled
def taken(
    x: Numbers, t: Ints, cell: Cells, low: int, high: int, day: int, could: Words, did: Words, part: Small, rank: Small,
    grain: Ints, opens: Ints, seen: Any, heads: Numbers, open: Any, free: int, used: int, news: Ints, out: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """From everyone's first chance until they took it, of several questions at once, each a bit of `could` and `did`.

    opens    (days + 2,) the moment at which each day begins
    seen     (people, 2) words as wide as there are questions: of which each has had a chance, and which are done
    heads    (people,) the place plus 1 of the latest chance that each has and has not taken
    open     (places,) of CHANCE, those not taken: `link` chains the places, plus 1, of a person, and those given back
    free     the place plus 1 that was given back last
    used     how many places ever were taken
    news     (NEWS, 4) room for what is new: the row, the one after its moment, chances and takings
    out      (parts, questions, days + 1, lags + 1) people; the last lag: not yet

    Gives the row that it reached, since it stops where places might not suffice, then `free` and `used`.
    """
    last, many, n, i, one = out.shape[3] - 1, out.shape[1], 0, low, np.uint64(1)
    while i < high:
        if n == 0 and used + len(news) * many > len(open):
            return i, free, used
        if i + AHEAD < high:
            fetch(seen, np.int64(x[i + AHEAD]))
        who, now, c, j = x[i], t[i], cell[i], i + 1
        can, does, same = could[c], did[c], j < high and t[j] == now and x[j] == who
        while same:
            can |= could[cell[j]]
            does |= did[cell[j]]
            j += 1
            same = j < high and t[j] == now and x[j] == who
        had, done = np.uint64(seen[who, 0]), np.uint64(seen[who, 1])
        fresh = can & ~had
        had |= fresh
        hits = does & had & ~done
        if fresh | hits:
            seen[who, 0], seen[who, 1] = had, done | hits
            news[n, 0], news[n, 1], news[n, 2], news[n, 3] = i, j, np.int64(fresh), np.int64(hits)
            n += 1
        i = j
        if n < len(news) and i < high:
            continue
        for k in range(n):
            if k + AHEAD < n:
                fetch(heads, np.int64(x[news[k + AHEAD, 0]]))
            row, fresh, hits = news[k, 0], np.uint64(news[k, 2]), np.uint64(news[k, 3])
            who, now = x[row], t[row]
            for q in range(many):
                if fresh >> np.uint64(q) & one:
                    least = np.int16(-1)
                    for r in range(row, news[k, 1]):
                        p = part[cell[r]]
                        if could[cell[r]] >> np.uint64(q) & one and (least < 0 or rank[p] < rank[least]):
                            least = p
                    place = free if free > 0 else used + 1
                    if free > 0:
                        free = int(open[free - 1].link)
                    else:
                        used += 1
                    this = open[place - 1]
                    this.moment, this.link, this.which = now * PARTS + least, heads[who], q
                    heads[who] = place
                    out[least, q, day, last] += 1
                if hits >> np.uint64(q) & one:
                    before, place = 0, int(heads[who])
                    while open[place - 1].which != q:
                        before, place = place, int(open[place - 1].link)
                    this = open[place - 1]
                    began, p = this.moment // PARTS, this.moment % PARTS
                    if before > 0:
                        open[before - 1].link = this.link
                    else:
                        heads[who] = this.link
                    this.link, free = free, place
                    begun = np.searchsorted(opens, began, side="right") - 1
                    out[p, q, begun, last] -= 1
                    out[p, q, begun, (now - began + grain[q] - 1) // grain[q]] += 1
        n = 0
    return i, free, used
