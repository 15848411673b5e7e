"""Inside the kernels: a network and a moment as named arrays again, all of them views."""

from __future__ import annotations

from typing import Any

from stationkeep.compiled import compiled
from stationkeep.habitat.arrays import Moment, Network


@compiled(inner=True)
def network_of(ints: Any, floats: Any) -> Any:
    """The network that :func:`stationkeep.habitat.arrays.packed` packed."""
    process, store, group, mark, entry, member, driven = ints[0], ints[1], ints[2], ints[3], ints[4], ints[5], ints[6]
    a = 7 + process + 1  # behind starts
    b = a + entry  # behind stores
    c = b + 5 * process  # behind mode, group, order, share_order, plain
    d = c + group + 1  # behind member_starts
    e = d + member  # behind members
    f = e + group + store  # behind hold_store and vents
    p = 1 + entry  # behind settle_days and coefficients
    g = p + 2 * process  # behind cap and gain
    h = g + 2 * group  # behind hold_target and hold_sign
    return Network(
        starts=ints[7:a], stores=ints[a:b], coefficients=floats[1:p], cap=floats[p : p + process],
        mode=ints[b : b + process], group=ints[b + process : b + 2 * process],
        order=ints[b + 2 * process : b + 3 * process], member_starts=ints[c:d], members=ints[d:e],
        plain=ints[b + 4 * process : c], share_order=ints[b + 3 * process : b + 4 * process],
        gain=floats[p + process : g], hold_store=ints[e : e + group], hold_target=floats[g : g + group],
        hold_sign=floats[g + group : h], capacity=floats[h : h + store], vents=ints[e + group : f],
        wake=floats[h + store : h + 2 * store], kpa_per_kg=floats[h + 2 * store : h + 3 * store],
        mark_store=ints[f : f + mark], store_grade=ints[f + mark : f + mark + store],
        mark_grade=ints[f + mark + store : f + 2 * mark + store], driven=driven, settle_days=floats[0],
    )  # fmt: skip


@compiled(inner=True)
def moment_in(ints: Any, state: Any) -> Any:
    """The arrays of a block, as :func:`stationkeep.habitat.arrays.moment_of` has them."""
    process, store, group, mark = ints[0], ints[1], ints[2], ints[3]
    p = 6 * store
    g = p + 3 * process
    k = g + 4 * group
    return Moment(
        amount=state[:store], vented=state[store : 2 * store], brought=state[2 * store : 3 * store],
        dry=state[3 * store : 4 * store], brim=state[4 * store : 5 * store], net=state[5 * store : p],
        used=state[p : p + process],
        available=state[p + process : p + 2 * process], rate=state[p + 2 * process : g], need=state[g : g + group],
        asked=state[g + group : g + 2 * group], met=state[g + 2 * group : g + 3 * group],
        short=state[g + 3 * group : k], mark_level=state[k : k + mark], mark_side=state[k + mark : k + 2 * mark],
    )  # fmt: skip
