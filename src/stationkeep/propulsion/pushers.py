"""Who could push this station today, from which port, flying how, with which propellant, and what stands in the way?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from stationkeep.catalogue.pushing import STANDINGS
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.feed import FeedNetwork
from stationkeep.propulsion.tanks import Tank
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import DockedVehicle, Station
    from stationkeep.catalogue.figure import Figure
    from stationkeep.catalogue.pushing import AttitudeClaim, AttitudeHolder, Push

ALL_HOLDERS: Final[tuple[AttitudeHolder, ...]] = ("pusher", "gyros", "station-thrusters")
Draw = Callable[[str], float]
"""The probability at which to read a figure, by its path (``progress-ms-18.spare_propellant_kg``)."""


@dataclass(frozen=True, slots=True)
class PushOption:
    """One way to push a station on a day, with all that stands against it."""

    craft: str
    """Id of the docked vehicle, or of the module."""
    label: str
    owner: str
    operator: str
    push: Push
    thruster: Thruster
    port: str | None
    """Where the craft is docked; None for a module."""
    attitude: AttitudeClaim | None
    """What must hold the attitude; None where that is disputed and no view was chosen."""
    obstacles: tuple[str, ...]

    @property
    def feed(self) -> str:
        """Its name in the feed network (:func:`station_network`)."""
        return feed_name(self.craft, self.push)

    @property
    def ready(self) -> bool:
        """Whether nothing stands in its way but, perhaps, empty tanks."""
        return not self.obstacles


def feed_name(craft: str, push: Push) -> str:
    """How the user of propellant is called in a feed network."""
    return f"{craft}/{push.id}"


def push_options(
    station: Station,
    moment: datetime | None = None,
    *,
    attitude_view: str | None = None,
    attitude_holders: Collection[AttitudeHolder] = ALL_HOLDERS,
    stopped: Collection[str] = (),
    unshown: bool = False,
    draw: Draw | None = None,
) -> tuple[PushOption, ...]:
    """Every way to push a station with what is docked on its epoch, each with what stands in its way.

    Parameters
    ----------
    moment            the day asked about (default: the station's epoch); what is docked is that of the epoch
    attitude_view     whose position to take where partners dispute what must hold the attitude during a burn
                      (``nasa`` or ``roscosmos`` for Cygnus); without it such a push has an obstacle that says so
    attitude_holders  what can hold the attitude at all
    stopped           partners that no longer operate what they own or operate
    unshown           True lets pushes count that are planned, unproven, for emergencies or not yet in use on that day
    draw              reads figures at a probability instead of at their best estimate

    Never raises for a push that cannot be had: the obstacles are the answer.
    """
    day = moment or station.epoch_utc
    occupied = {craft.port: craft.name for craft in station.docked}
    options = []
    for craft, label, owner, operator, port, push in _pushes(station):
        obstacles = list(_obstacles(push, port, occupied, day, unshown))
        obstacles += [f"{who} has stopped" for who in dict.fromkeys((operator, owner)) if who in stopped]
        claim = None
        if push.disputed and attitude_view not in {one.view for one in push.attitude}:
            sides = " and ".join(one.view for one in push.attitude)
            obstacles.append(f"what must hold the attitude is disputed between {sides}; choose a view")
        else:
            claim = push.attitude_claim(attitude_view)
            if not set(claim.holders) & set(attitude_holders):
                obstacles.append(f"nothing holds the attitude: needs {' or '.join(claim.holders)}")
        thrust = _read(push.engine.thrust_n, f"{push.engine.id}.thrust_n", draw)
        impulse = _read(push.engine.specific_impulse_s, f"{push.engine.id}.specific_impulse_s", draw)
        options.append(
            PushOption(craft, label, owner, operator, push, Thruster(thrust, impulse), port, claim, tuple(obstacles))
        )
    return tuple(options)


def station_network(station: Station, *, draw: Draw | None = None) -> FeedNetwork:
    """The station's tanks and plumbing at its epoch, filled with the best estimates (or as ``draw`` says).

    A docked vehicle brings two tanks: what it can spare of its own (``progress-ms-18``) and what it carries for
    the station (``progress-ms-18-refuel``). The latter can be pumped into the station's refillable tanks of the same
    propellant if its port has the pipes, and feeds the vehicle's own thrusters too. A station tank feeds its own
    engines, and those of vehicles at a port with pipes whose engine it names.
    """
    network = FeedNetwork()
    now = mjd_utc(station.epoch_utc)
    for tank in station.tanks:
        content = _read(tank.propellant_kg, f"tanks.{tank.id}.propellant_kg", draw)
        capacity = max(_read(tank.capacity_kg, f"tanks.{tank.id}.capacity_kg", draw), content)
        held = Tank(tank.id, capacity_kg=capacity, residual_kg=_read_or_none(tank.residual_kg, draw, tank.id))
        held.fill(now, content, "aboard at the epoch")
        network.add(held)
    network.pipes = {tank.id: tank.fills for tank in station.tanks if tank.fills}
    for craft in station.docked:
        _add_vehicle(network, station, craft, now, draw)
    for craft_id, _, _, _, port, push in _pushes(station):
        piped = port is None or station.port(port).refuels
        names = [tank.id for tank in station.tanks if piped and push.engine in tank.engines]
        if names:
            feed = feed_name(craft_id, push)
            network.feeds[feed] = (*network.feeds.get(feed, ()), *names)
    return network


def _add_vehicle(
    network: FeedNetwork, station: Station, craft: DockedVehicle, now_mjd: float, draw: Draw | None
) -> None:
    feeds = [feed_name(craft.id, push) for push in craft.vehicle.pushes]
    spare = craft.spare_propellant_kg or craft.vehicle.spare_propellant_kg
    if spare is not None and feeds:
        residual = _read_or_none(craft.vehicle.residual_propellant_kg, draw, craft.id)
        tank = Tank(craft.id, residual_kg=residual)
        tank.fill(now_mjd, _read(spare, f"{craft.id}.spare_propellant_kg", draw) + residual, "aboard at the epoch")
        network.add(tank, feeds=feeds)
    if craft.refuel_propellant_kg is None:
        return
    kinds = {push.engine.propellant for push in craft.vehicle.pushes}
    takers = [
        tank.id
        for tank in station.tanks
        if tank.refillable and station.port(craft.port).refuels and (not kinds or tank.propellant in kinds)
    ]
    cargo = Tank(f"{craft.id}-refuel")
    cargo.fill(now_mjd, _read(craft.refuel_propellant_kg, f"{craft.id}.refuel_propellant_kg", draw), "brought along")
    network.add(cargo, feeds=feeds, fills=takers)


def _pushes(station: Station) -> Iterator[tuple[str, str, str, str, str | None, Push]]:
    """Craft, label, owner, operator, port and push: the modules' own, then the docked vehicles'."""
    for module in station.modules:
        for push in module.pushes:
            yield module.id, module.name, module.owner, module.operator, None, push
    for craft in station.docked:
        for push in craft.vehicle.pushes:
            yield craft.id, craft.name, craft.vehicle.owner, craft.vehicle.operator, craft.port, push


def _obstacles(push: Push, port: str | None, occupied: dict[str, str], day: datetime, unshown: bool) -> Iterator[str]:
    if port is not None and port not in push.ports:
        yield f"docked at {port}; it can push from {' or '.join(push.ports)}"
    for blocked in push.ports_to_be_free:
        if blocked in occupied:
            yield f"{occupied[blocked]} is in the way at {blocked}"
    if push.raises_flying is None:
        yield "not known to be able to raise the orbit"
    if unshown:
        return
    if push.standing in ("planned", "unproven", "emergency"):
        yield f"{push.standing}: {STANDINGS[push.standing]}"
        return
    since = push.counts_from_utc
    if since is not None and day < since:
        tried = push.first_used_utc is not None and push.first_used_utc <= day
        yield f"{'only tested before' if tried else 'not used before'} {since.date().isoformat()}"


def _read(figure: Figure, path: str, draw: Draw | None) -> float:
    return figure.best if draw is None else figure.quantile(draw(path))


def _read_or_none(figure: Figure | None, draw: Draw | None, owner: str) -> float:
    return 0.0 if figure is None else _read(figure, f"{owner}.residual_kg", draw)
