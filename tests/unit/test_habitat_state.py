"""A habitat as time goes by: events when arithmetic says they are due, outside influences, fair shares, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stationkeep.habitat.dependence import losses_without_partner, losses_without_power, require_air_for_all
from stationkeep.habitat.failures import LONGEST_REPAIR_DAYS, Breakdown, Workshop, draw_breakdowns
from stationkeep.habitat.figures import read_habitat, shipped_habitat
from stationkeep.habitat.habitat import Habitat
from stationkeep.habitat.margins import margins
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.refusal import HabitatError
from stationkeep.habitat.state import HabitatState

SMALL = """
cabin: {volume_m3: 400, start_kpa: {cabin-carbon-dioxide: 0.3}}
people: {crew: 2}
leak: 0
stores:
  food: {substance: food, amount_kg: 366, reserve_days: 45, critical: true, owner: us}
  water: {substance: water, amount_kg: 5000, critical: true, owner: us}
  oxygen: {substance: oxygen, amount_kg: 100, owner: us}
  candles: {substance: lithium-perchlorate, amount_kg: 40, owner: ru}
  spares: {substance: other, amount_kg: 10, owner: ru}
  urine: {substance: water}
  condensate: {substance: water}
  trash: {substance: other}
  body: {substance: food-solids, amount_kg: 20}
  solids: {substance: fecal-solids}
  salts: {substance: urine-solids}
  sludge: {substance: water}
  ash: {substance: lithium-chloride}
sides:
  crew: {food: food, water: water, urine: urine, trash: trash, body: body, waste_solids: solids, urine_solids: salts,
         fecal_water: sludge}
equipment:
  generator: {recipe: electrolysis, stores: {water: water, oxygen: cabin-oxygen, hydrogen: overboard-hydrogen},
    duty: hold, target: cabin-oxygen, capacity_per_day: 5, power_w: 1000, segment: ru, owner: ru, controlled_by: ru,
    failure: {low_days: 100, high_days: 300, spare_kg: 6, spare_store: spares, crew_hours: 8}}
  tanks: {recipe: oxygen-tank, stores: {tank: oxygen, oxygen: cabin-oxygen}, duty: hold, target: cabin-oxygen,
    order: 1, capacity_per_day: 20, owner: us, segment: us}
  burner: {recipe: oxygen-candle, stores: {candles: candles, oxygen: cabin-oxygen, spent: ash}, duty: hold,
    target: cabin-oxygen, order: 2, capacity_per_day: 5, owner: ru, segment: ru}
  scrubber: {recipe: scrubber, stores: {carbon_dioxide: cabin-carbon-dioxide, removed: overboard-carbon-dioxide},
    duty: proportional, target: cabin-carbon-dioxide, at_kpa: 1.0, capacity_per_day: 8, power_w: 500, segment: us,
    owner: us}
  spare-scrubber: {recipe: scrubber, stores: {carbon_dioxide: cabin-carbon-dioxide, removed: overboard-carbon-dioxide},
    duty: proportional, target: cabin-carbon-dioxide, at_kpa: 1.0, capacity_per_day: 8, power_w: 500, segment: ru,
    owner: ru, backs_up: [scrubber]}
  condenser: {recipe: condenser, stores: {humidity: cabin-humidity, condensate: condensate}, duty: hold,
    target: cabin-humidity, capacity_per_day: 20, segment: us, owner: us}
"""
OXYGEN = 0.8075301594696982 * 2  # kilograms a day for two (test_habitat_matter says why)


def small(text: str = SMALL) -> Habitat:
    return read_habitat(text, "small.yaml").habitat()


def test_food_reaches_reserve_and_zero_when_it_must() -> None:
    state = HabitatState(small(), 1000.0)
    events = {(one.kind, one.subject): one.time_mjd_utc - 1000.0 for one in state.advance(120.0)}
    assert events["fell-below", "food reserve"] == pytest.approx(366 / 3.66 - 45, rel=1e-9)
    assert events["store-empty", "food"] == pytest.approx(100.0, rel=1e-9)
    assert events["store-empty", "body"] == pytest.approx(100 + 20 / (2 * 0.617), rel=1e-9)
    assert state.time_mjd_utc == pytest.approx(1120.0)


def test_oxygen_falls_back_in_the_stated_order() -> None:
    state = HabitatState(small(), 0.0)
    state.set_owner_active("ru", False)  # the generator needs its ground control, the candles do not
    assert state.rates()["generator"] == 0.0
    assert state.rates()["tanks"] == pytest.approx(OXYGEN)
    events = {(one.kind, one.subject): one.time_mjd_utc for one in state.advance(90.0)}
    assert events["store-empty", "oxygen"] == pytest.approx(100 / OXYGEN, rel=1e-6)
    candles = 40 / 106.386 * 63.996
    assert events["store-empty", "candles"] == pytest.approx((100 + candles) / OXYGEN, rel=1e-4)
    state.set_owner_active("ru", True)
    assert state.rates()["generator"] > OXYGEN  # now it also makes up for what was breathed meanwhile


def test_carbon_dioxide_settles_where_removal_equals_breath() -> None:
    state = HabitatState(small(), 0.0)
    state.advance(30.0)
    breath = state.flows()["overboard-carbon-dioxide"]
    assert breath == pytest.approx(2 * 0.9825844109151476, rel=1e-3)
    assert state.pressure_kpa("cabin-carbon-dioxide") == pytest.approx(breath / 8.0, rel=1e-3)


def test_carbon_dioxide_follows_its_exponential() -> None:
    habitat = small()
    state = HabitatState(habitat, 0.0)
    per_kpa = habitat.cabin.kg_per_kpa("cabin-carbon-dioxide")
    state.advance(0.5)
    end, rate = 2 * 0.9825844109151476 / 8.0, 8.0 / per_kpa
    expected = end + (0.3 - end) * np.exp(-0.5 * rate)
    # The last substep is closed with the mean of its own exponential, so nothing but rounding is left.
    assert state.pressure_kpa("cabin-carbon-dioxide") == pytest.approx(expected, rel=1e-6)


def test_standby_starts_when_the_first_fails() -> None:
    state = HabitatState(small(), 0.0)
    assert state.available("spare-scrubber") == 0.0
    state.fail("scrubber")
    assert (state.available("scrubber"), state.available("spare-scrubber")) == (0.0, 1.0)
    state.set_segment_power("ru", 0.0)
    assert state.available("spare-scrubber") == 0.0


def test_repairs_need_spares_hands_and_the_owner() -> None:
    state = HabitatState(small(), 0.0)
    state.fail("generator")
    state.set_owner_active("ru", False)
    assert not state.repair("generator")
    state.set_owner_active("ru", True)
    aboard = state.people
    state.set_people({})
    assert not state.repair("generator")
    state.set_people(aboard)
    assert state.repair("generator")
    assert (state.amount("spares"), state.crew_hours) == (4.0, 8.0)
    state.fail("generator")
    assert not state.repair("generator")  # 4 kg left, 6 needed
    assert state.add_cargo("spares", 2.0) == 0.0
    assert state.repair("generator")


def test_power_is_shed_air_first_and_elektron_before_vozdukh() -> None:
    state = HabitatState(shipped_habitat().habitat(), 0.0)
    machines = [one for one in state.habitat.equipment.values() if one.segment == "russian" and one.power_w]
    first = sum(one.power_w for one in machines if one.served == 1)
    total = sum(one.power_w for one in machines)
    state.set_segment_power("russian", 0.5 * first / total)
    assert state.available("vozdukh") == state.available("russian-condensers") == pytest.approx(0.5)
    assert state.available("elektron") == state.available("srv-k") == 0.0
    state.set_segment_power("russian", (first + 300.0) / total)
    assert state.available("vozdukh") == 1.0
    assert state.available("elektron") == state.available("srv-k") == pytest.approx(0.25)  # 300 W of 1,200


def test_without_any_power_what_hands_work_goes_on() -> None:
    state = HabitatState(shipped_habitat().habitat(), 0.0)
    state.set_segment_power("russian", 0.0)
    assert state.available("elektron") == state.available("vozdukh") == 0.0
    assert state.available("vika") == state.available("russian-oxygen-tanks") == 1.0


def test_cargo_beyond_the_room_comes_back() -> None:
    state = HabitatState(shipped_habitat().habitat(), 0.0)
    assert state.add_cargo("us-water", 2000.0) == pytest.approx(500.0)
    assert state.add_cargo("us-water", -9999.0) == pytest.approx(-7499.0)
    with pytest.raises(HabitatError, match="unknown store 'us-watre'; did you mean 'us-water'"):
        state.add_cargo("us-watre", 1.0)


def test_two_thirsty_sides_get_equal_shares_of_what_is_left() -> None:
    text = SMALL.replace("amount_kg: 5000,", "amount_kg: 0,").replace(
        "people: {crew: 2}", "people: {crew: 2, guests: 1}"
    )
    side = "  crew: {" + text.split("  crew: {")[1].split("}")[0] + "}\n"
    text = text.replace(side, side + side.replace("crew:", "guests:"))
    text += """
  feed: {recipe: water-processor, stores: {waste_water: condensate, water: water}, duty: flow, capacity_per_day: 3}
"""
    text = text.replace("condensate: {substance: water}", "condensate: {substance: water, amount_kg: 100}")
    state = HabitatState(small(text), 0.0)
    rates = state.rates()
    assert rates["crew-drinking"] + rates["guests-drinking"] == pytest.approx(3.0 / 2.53, rel=1e-9)
    assert rates["crew-drinking"] == pytest.approx(2 * rates["guests-drinking"], rel=1e-9)


def test_margins_agree_with_arithmetic() -> None:
    found = margins(HabitatState(small(), 0.0), horizon_days=400.0)
    food = next(one for one in found.stores if one.name == "food")
    assert (food.days_to_reserve, food.days_to_zero) == (pytest.approx(55.0), pytest.approx(100.0))
    assert found.first_limit is not None
    assert found.first_limit.what == "food"
    alone = dict(found.people_until)[1]
    assert alone is not None
    assert alone.days == pytest.approx(200.0)
    assert dict(found.people_until)[0] is None
    assert (found.people_for(90.0), found.people_for(150.0), found.people_for(300.0)) == (2, 1, 0)


def test_who_loses_what() -> None:
    habitat = shipped_habitat().habitat()
    lost = {one.equipment for one in losses_without_partner(habitat, "roscosmos") if one.why == "control"}
    assert lost == {"elektron", "vozdukh", "srv-k", "russian-condensers"}
    assert {"elektron", "vozdukh"} <= {one.equipment for one in losses_without_power(habitat, "russian")}
    with pytest.raises(HabitatError, match="unknown segment"):
        losses_without_power(habitat, "ru")


def test_breakdowns_are_drawn_per_machine_and_repeat() -> None:
    habitat = shipped_habitat().habitat()
    first = draw_breakdowns(habitat, 3000.0, 5)
    fewer = replace(habitat, equipment={name: one for name, one in habitat.equipment.items() if name != "oga"})
    assert first == draw_breakdowns(habitat, 3000.0, 5)
    assert [one for one in first if one.equipment != "oga"] == list(draw_breakdowns(fewer, 3000.0, 5))
    assert first != draw_breakdowns(habitat, 3000.0, 6)


def test_breakdowns_come_as_often_as_the_law_says() -> None:
    text = SMALL.replace("low_days: 100, high_days: 300", "low_days: 50, high_days: 50, repair_days: 0, shape: 1.7")
    count = sum(len(draw_breakdowns(small(text), 5000.0, seed)) for seed in range(60))
    # 100 each; Weibull 1.7 lives vary by 0.6 of their mean, so 6 % of the square root of 100 runs: 4 sigma is 3 %.
    assert count / 60 == pytest.approx(100.0, rel=0.03)


def test_the_workshop_fails_repairs_and_retries() -> None:
    state = HabitatState(small(), 100.0)
    shop = Workshop([Breakdown(2.0, "generator", 3.0), Breakdown(20.0, "generator", 3.0)], 100.0)
    shop.advance(state, 4.0)
    assert state.failed == {"generator"}
    shop.advance(state, 4.0)
    assert state.failed == frozenset()
    shop.advance(state, 17.0)
    assert shop.refused == [(123.0, "generator")]  # the 10 kg of spares were enough for one repair
    state.add_cargo("spares", 10.0)
    shop.advance(state, 5.0)
    assert state.failed == frozenset()


def test_no_repair_is_longer_than_any_on_record() -> None:
    """Of a wide law one in eighty would be: drawn again, not piled up at the longest."""
    law = "low_days: 50, high_days: 50, repair_days: 20, repair_spread: 1.1"
    text = SMALL.replace("low_days: 100, high_days: 300", law)
    days = [one.repair_days for seed in range(40) for one in draw_breakdowns(small(text), 5000.0, seed)]
    assert 0.8 * LONGEST_REPAIR_DAYS < max(days) < LONGEST_REPAIR_DAYS
    assert np.median(days) == pytest.approx(20.0, rel=0.1)  # some 2,700 repairs: 3 sigma is 7 %


def test_a_ship_with_parts_ends_the_wait_for_them() -> None:
    state = HabitatState(small(), 100.0)
    state.add_cargo("spares", -10.0)
    shop = Workshop([Breakdown(2.0, "generator", 3.0)], 100.0, retry_days=20.0)
    shop.advance(state, 6.0)
    assert state.failed == {"generator"}  # refused on day 105, to be tried again on day 125
    ahead, twin = shop.without_new_breakdowns(), state.copy()
    for workshop, aboard in ((ahead, twin), (shop, state)):
        aboard.add_cargo("spares", 10.0)
        workshop.parts_came(aboard.time_mjd_utc)
        workshop.work(aboard)
        assert aboard.failed == frozenset()
    shop.parts_came(state.time_mjd_utc)
    assert shop.next_mjd_utc() == np.inf


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "substance: oxygen, amount",
            "substance: oxigen, amount",
            r"line 8: stores.oxygen.substance: unknown substance",
        ),
        ("amount_kg: 366", "amount_kg: 366 stone", r"line 6: stores.food.amount_kg: unknown unit 'stone'"),
        ("recipe: condenser", "recipe: condensor", r"unknown recipe 'condensor'; did you mean 'condenser'"),
        ("tank: oxygen", "tank: water", "holds water, not oxygen"),
        ("tank: oxygen", "tank: nowhere", "unknown store 'nowhere'"),
        ("people: {crew: 2}", "people: {crew: 2.5}", "line 3: people.crew: 2.5 given"),
        ("people: {crew: 2}", "people: {crews: 2}", "unknown side 'crews'"),
        ("volume_m3: 400", "volume_m3: 0", "line 2: cabin.volume_m3"),
        ("leak: 0", "leek: 0", "unknown section 'leek'; did you mean 'leak'"),
        ("urine: {substance: water}", "urine: {substance: water, capacity_kg: 5}", "takes what people give off"),
        ("backs_up: [scrubber]", "backs_up: [scrubbber]", "unknown equipment"),
        ("duty: hold, target: cabin-oxygen,\n    order: 1", "duty: hold,\n    order: 1", "a hold needs a target"),
        ("low_days: 100", "low_days: 400", "failure law"),
        ("trash: {substance: other}", "trash: {substance: other}\n  trash: {substance: other}", "given twice"),
    ],
)
def test_bad_files_are_named_with_line(old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(HabitatError, match=said):
        small(SMALL.replace(old, new, 1))


CIRCLE = """
  split: {recipe: electrolysis, stores: {water: loop-water, oxygen: cabin-oxygen, hydrogen: loop-hydrogen}, duty: flow,
    capacity_per_day: 1}
  join: {recipe: sabatier, stores: {carbon_dioxide: cabin-carbon-dioxide, hydrogen: loop-hydrogen,
    methane: overboard-methane, water: loop-water}, duty: flow, capacity_per_day: 1}
"""
LOOP_STORES = "  loop-water: {substance: water}\n  loop-hydrogen: {substance: hydrogen}\nsides:\n"


def test_machines_that_feed_each_other_are_refused() -> None:
    there = """
  there: {recipe: water-processor, stores: {waste_water: condensate, water: water}, duty: flow, capacity_per_day: 9}
"""
    small(SMALL + there)
    back = there.replace("there:", "back:").replace("condensate, water: water", "water, water: condensate")
    with pytest.raises(HabitatError, match=r"feeds itself: there -> back -> there, each a water-processor"):
        small(SMALL + there + back)


def test_machines_of_several_recipes_that_feed_each_other_are_refused() -> None:
    """What is drunk is boiled down to brine and cleaned again, round and round, and nobody asked for it."""
    clean = """
  clean: {recipe: water-processor, stores: {waste_water: condensate, water: water}, duty: flow, capacity_per_day: 9}
  boil: {recipe: urine-processor, stores: {urine: water, water: condensate, brine: dregs}, duty: flow,
    recovery: 0.9, capacity_per_day: 9}
"""
    with pytest.raises(HabitatError, match=r"feeds itself: clean -> boil -> clean .*urine-processor, water-processor"):
        small(SMALL.replace("sides:\n", "  dregs: {substance: water}\nsides:\n", 1) + clean)
    fed = clean.replace("urine: water", "urine: urine")  # from somewhere else, it is a chain
    small(SMALL.replace("sides:\n", "  dregs: {substance: water}\nsides:\n", 1) + fed)


def test_machines_that_need_themselves_to_start_are_refused() -> None:
    text = SMALL.replace("sides:\n", LOOP_STORES) + CIRCLE
    with pytest.raises(HabitatError, match=r"needs itself to start: (split -> join -> split|join -> split -> join)"):
        small(text)
    primed = text.replace("loop-water: {substance: water}", "loop-water: {substance: water, amount_kg: 1}")
    state = HabitatState(small(primed), 0.0)  # with water to begin with it is a legitimate Sabatier loop
    before = state.elements_kg()
    state.advance(50.0)
    assert state.elements_kg() == pytest.approx(before, rel=1e-12, abs=1e-12)


def test_too_many_people_for_the_air_are_refused_with_a_number() -> None:
    document = shipped_habitat()
    require_air_for_all(document.habitat())
    with pytest.raises(
        HabitatError, match=r"30 people are more than the air can carry: cabin-carbon-dioxide"
    ) as caught:
        require_air_for_all(document.habitat(people={"us": 20, "russian": 10}))
    assert caught.value.hint is not None
    assert "at most" in caught.value.hint


@pytest.mark.parametrize("days", [-1.0, float("nan"), float("inf")])
def test_time_goes_forward(days: float) -> None:
    with pytest.raises(HabitatError):
        HabitatState(small(), 0.0).advance(days)


def test_a_copy_is_independent() -> None:
    state = HabitatState(small(), 0.0)
    twin = state.copy()
    twin.set_people({"crew": (Person(),) * 5})
    twin.advance(10.0)
    assert (state.people_aboard, state.time_mjd_utc, state.amount("food")) == (2, 0.0, 366.0)


def test_every_shipped_figure_can_be_drawn_from_end_to_end() -> None:
    document = shipped_habitat()
    assert len(document.uncertain) > 40
    for u in (0.0, 0.5, 1.0):
        state = HabitatState(document.habitat(u=dict.fromkeys(document.uncertain, u)), 0.0)
        before = state.elements_kg()
        state.advance(400.0)
        assert state.elements_kg() == pytest.approx(before, rel=1e-9, abs=1e-9)


def test_looking_ahead_finds_the_first_serious_event_and_changes_nothing() -> None:
    state = HabitatState(small(), 1000.0)
    before = state.moment.amount.copy()
    found = state.next_serious(120.0)
    assert found is not None
    assert (found.kind, found.subject, found.serious) == ("store-empty", "food", True)
    assert found.time_mjd_utc == pytest.approx(1100.0, rel=1e-12)
    assert state.next_serious(99.0) is None
    assert (state.time_mjd_utc, list(state.moment.amount)) == (1000.0, list(before))


def test_asked_for_events_are_those_of_all_that_matter() -> None:
    habitat = shipped_habitat().habitat()
    states = [HabitatState(habitat, 0.0) for _ in range(3)]
    every, bad, serious = (
        state.advance(500.0, least=least) for state, least in zip(states, ("all", "bad", "serious"), strict=True)
    )
    assert bad == tuple(one for one in every if one.bad)
    assert serious == tuple(one for one in every if one.serious)
    assert 0 < len(serious) < len(bad) < len(every)
    for state in states[1:]:
        assert list(state.moment.amount) == list(states[0].moment.amount)


def test_living_from_hand_to_mouth_does_not_stop_time() -> None:
    """With no water left, oxygen reaches its mark and what little there is can be shared in two ways: once endless."""
    state = HabitatState(shipped_habitat().habitat(), 0.0)
    left = {
        "cabin-oxygen": 277.1, "cabin-nitrogen": 899.5, "cabin-humidity": 8.8533, "us-food": 450.0,
        "us-oxygen": 72.0, "us-nitrogen": 120.754, "russian-nitrogen": 20.0, "lithium-hydroxide": 60.0,
        "brine": 41.0529, "russian-urine": 200.0,
    }  # fmt: skip
    for name in state.habitat.all_stores:
        state.add_cargo(name, left.get(name, 0.0) - state.amount(name))
    events = state.advance(30.0)
    assert ("fell-below", "cabin-oxygen below 19.5 kPa") in {(one.kind, one.subject) for one in events}
    assert len(events) < 100
    assert state.time_mjd_utc == 30.0


def test_a_drawn_amount_fits_into_a_drawn_tank() -> None:
    document = shipped_habitat()
    ends = {"stores.us-nitrogen.amount_kg": 1.0, "stores.us-nitrogen.capacity_kg": 0.0}
    assert document.habitat(u=ends).stores["us-nitrogen"].amount_kg == 120.0


def test_with_the_american_generator_down_elektron_makes_up_to_what_it_can_be_set_to() -> None:
    """0.8 to 5.1 kg/d is how it is set, not what is unknown of it: both do a part together, alone it does more."""
    state = HabitatState(shipped_habitat().habitat(), 0.0)
    together = state.rates()["elektron"]
    need = together + state.rates()["oga"]
    assert 1.5 < together < 2.6  # about a third of what seven people need
    state.fail("oga")
    state.set_running("acls-electrolyser", False)
    state.advance(0.01)
    assert state.rates()["elektron"] == pytest.approx(min(need, 5.1), rel=0.01)
    places = shipped_habitat().uncertain
    assert not any(place.startswith(("equipment.elektron.capacity", "equipment.oga.capacity")) for place in places)
