"""Propellant in a run's story: the last load that came, the day no more comes, and the day none is left to burn."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.simulation import causes
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.providers import USABLE_KG
from stationkeep.simulation.turns import TurnsOfBranch
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from collections.abc import Collection

    from stationkeep.simulation.providers import ProviderState


@dataclass(frozen=True, slots=True)
class LastLoad:
    """Propellant that came."""

    time_mjd_utc: float
    who: str
    """Which flight, or whose."""
    kg: float


class StockEvents(TurnsOfBranch, abc.ABC):
    """The part of a run that tells when propellant stops coming, and when it is burnt."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.last_loads: dict[str, LastLoad] = {}
        """Of each provider, within the run."""
        self._awaited_from: set[str] | None = None
        """Providers whose next load was foreseen when last looked at; none: not looked at yet."""
        self._spent: set[str] = set()

    def came(self, provider: ProviderState, who: str, amount_kg: float) -> None:
        """A load is in its tanks."""
        if amount_kg > 0.0:
            self.last_loads[provider.id] = LastLoad(self.now, who, amount_kg)

    def tell_stock(self, foreseen: Collection[str]) -> None:
        """What has changed with propellant; ``foreseen``: providers of which another load is to come."""
        if self.attitude is not None and self.attitude.state is Hold.LOST:
            return  # that nothing docks was told with the loss; it may be caught yet
        before = self._expected() if self._awaited_from is None else self._awaited_from
        self._awaited_from = set(foreseen)
        ended = [provider for provider in self.providers if provider.id in before and provider.id not in foreseen]
        for provider_id in foreseen:
            self.causes.end(causes.undelivered(provider_id))
        if ended:
            self._tell_no_more(ended)
        for provider in self.providers:
            self._tell_spent(provider, provider.id in foreseen)

    def _expected(self) -> set[str]:
        """Providers of which a load was foreseen before anything happened."""
        return {
            provider.id
            for provider in self.providers
            if provider.plan.reboosts and provider.enabled and provider.next_load(self.epoch, ()) is not None
        }

    def _tell_no_more(self, ended: list[ProviderState]) -> None:
        because = [one for provider in ended for one in self._why_no_more(provider)]
        by_itself = "" if self.causes.events(because) else ", as planned"
        names = ", ".join(provider.plan.name for provider in ended)
        ship = len(ended) == 1 and ended[0].plan.provider.vehicle is not None
        title = f"{names} brings no more propellant" if ship else "No more propellant comes"
        working = [provider for provider in ended if provider.present and self._draws(provider)]
        left = sum(provider.usable_kg for provider in working)
        left_told = f", {left:,.0f} kg are left" if working and round(left) > 0 else ""
        loads = [self.last_loads[provider.id] for provider in ended if provider.id in self.last_loads]
        last = max(loads, key=lambda load: load.time_mjd_utc, default=None)
        told = f"the last load came before {iso_day(self.epoch)}"
        if last is not None:
            told = f"the last load, {last.kg:,.0f} kg, came on {iso_day(last.time_mjd_utc)} ({last.who})"
        self.note(
            "deliveries-end",
            f"{title}{by_itself}{left_told}{'' if ship else f' ({names})'}: {told}",
            because=because,
            brings=[causes.undelivered(provider.id) for provider in ended],
        )

    def _draws(self, provider: ProviderState) -> bool:
        """Whether what is in its tanks is of use, for burns or for the attitude."""
        return provider.operating and (self.attitude_allows(provider) or self.feeds_attitude(provider))

    def _why_no_more(self, provider: ProviderState) -> list[str]:
        stated = provider.plan.provider
        why = [one for one in self.why_no_deliveries(provider) if not one.startswith(causes.thinned(""))]
        if not provider.operating:
            why.append(causes.stopped(stated.partner))
        if provider.too_low(self.altitude_km):
            why += [causes.NO_REBOOST, causes.DRAG_UP]
        return why

    def why_empty(self, provider: ProviderState) -> list[str]:
        """What may keep its tanks from being filled: that no more comes, where that was told; else what it may be.

        Where somebody else operates them now, that is told as well: without it they would have been out of use.
        """
        ended, handed = [causes.undelivered(provider.id)], causes.handed_over(provider.plan.provider.partner)
        return [*(ended if self.causes.events(ended) else self.why_no_deliveries(provider)), handed]

    def _tell_spent(self, provider: ProviderState, foreseen: bool) -> None:
        """Whether nothing is left for its burns, and nothing comes any more."""
        plan = provider.plan
        if foreseen or self.available_kg(provider) > USABLE_KG:
            if provider.id in self._spent:
                self._spent.discard(provider.id)
                self.causes.end(causes.spent(provider.id))
            return
        if provider.id in self._spent or not (plan.reboosts and provider.present and self.plays_a_part(provider)):
            return
        self._spent.add(provider.id)
        kept = provider.usable_kg
        told = f": {kept:,.0f} kg are kept for the attitude" if kept > USABLE_KG else ""
        self.note(
            "propellant-gone",
            f"Nothing is left to burn ({plan.name}){told}",
            provider=provider.id,
            because=self.why_empty(provider),
            brings=(causes.spent(provider.id),),
        )

    @staticmethod
    @abc.abstractmethod
    def why_no_deliveries(provider: ProviderState) -> list[str]:
        """What may keep propellant from coming to these tanks."""
