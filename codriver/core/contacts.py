"""A contact closes or opens: on the pod, on the panel's pins, on the keyboard, as a finger on the screen.

From there to the gesture that it ends (`decode.presses`), and to what that does in the context it falls into
(`buttons`, `crew`). Each press is a row, what it did in words. Seconds since the segment's Start; pure.
"""

from typing import Final

from msgspec.structs import replace

from codriver.core import buttons, crew, display, faults, hearing, odometer, whereabouts
from codriver.core.outs import Alert, Out, Pressed
from codriver.core.plan import Plan
from codriver.core.state import State, Stepped
from codriver.decode import presses
from codriver.units import KMH, MetresPerSecond, Seconds

# Faster than this a finger on the screen hits what it does not mean (blueprint 6).
STEADY: Final[MetresPerSecond] = 10 * KMH
# A key of this name is a finger on the screen.
TOUCH: Final = "touch "


def edge(plan: Plan, state: State, t: Seconds, source: str, name: str, closed: bool) -> Stepped:
    """A contact or a key of this source: a button by its name, else what a keyboard enters."""
    state = replace(state, now=t)
    panel, name = ("touch", name.removeprefix(TOUCH)) if name.startswith(TOUCH) else (source, name)
    button = buttons.number(name)
    if button is not None:
        return contact(plan, state, panel, button, t, closed)
    answer = crew.enter(plan, state, name, t, "crew") if closed else None
    if answer is None:
        return state, ()
    state, outs, done = answer
    return state, (*outs, Pressed(t, source, name, "entry", done))


def contact(plan: Plan, state: State, panel: str, button: int, t: Seconds, closed: bool) -> Stepped:
    """A button's contact, at `t`: what it does falls where the car was then."""
    if hearing.is_line(plan, panel, button):
        return hearing.line(state, t, closed=closed), ()
    where = (round(odometer.at(state.odo, t), 3),)
    before = state.panels.get(panel, presses.Panel())
    after, gestures = presses.edge(before, buttons.gestures(panel), t, button, closed, where, state.now)
    return _gestures(plan, replace(state, panels={**state.panels, panel: after}), panel, gestures)


def doubted(state: State, source: str, t: Seconds) -> State:
    """The contacts of a panel that was lost count for nothing until they have been open."""
    if source not in state.panels:
        return state
    return replace(state, panels={**state.panels, source: presses.start(state.panels[source], t)})


def tick(plan: Plan, state: State, t: Seconds) -> Stepped:
    """Time passed: a button that is held goes on, one that is held too long is told."""
    outs: tuple[Out, ...] = ()
    for source in state.panels:
        after, gestures = presses.tick(state.panels[source], buttons.gestures(source), t)
        if after != state.panels[source]:
            state = replace(state, panels={**state.panels, source: after})
        state, more = _gestures(plan, state, source, gestures)
        outs += more
    return state, outs


def _gestures(plan: Plan, state: State, panel: str, gestures: tuple[presses.Gesture, ...]) -> Stepped:
    outs: tuple[Out, ...] = ()
    for gesture in gestures:
        state, more = _gesture(plan, state, panel, gesture)
        outs += more
    return state, outs


def _gesture(plan: Plan, state: State, panel: str, gesture: presses.Gesture) -> Stepped:
    names = "+".join(buttons.name(button) for button in gesture.buttons)
    if gesture.kind == "down":
        return state, ()
    if gesture.kind == "stuck":
        words = f"{names} has been held for {presses.STUCK:.0f} s: check the button; BACK+MINUS takes its changes back"
        return faults.begin(state, state.now, panel, words)
    # Without a book the crew is making one.
    item = display.open_item(state.display, gesture.t)
    action = buttons.action(whereabouts.context(plan, state, gesture.t), gesture)
    if action is None:
        return state, (Pressed(gesture.t, panel, names, gesture.kind, "nothing"),)
    if panel == "touch" and _unsteady(plan, state, item if item and action == "menu_choose" else action):
        words = "a finger changes no distance above 10 km/h: use the buttons"
        return state, (Pressed(gesture.t, panel, names, gesture.kind, f"refused: {words}"), Alert("touch", words))
    t, odo = gesture.t, gesture.where[0]
    if gesture.kind == "repeat":
        t, odo = state.now, odometer.at(state.odo, state.now)
    state, outs, done = crew.act(plan, state, action, t, odo, "crew")
    return state, (*outs, Pressed(t, panel, names, gesture.kind, done))


def _unsteady(plan: Plan, state: State, action: str) -> bool:
    """Whether the car shakes too much for a finger on glass to change a distance."""
    function = buttons.function(action)
    moving = odometer.pace(state.odo, state.now) > STEADY and not plan.settings.touch_distance
    return moving and function is not None and function.distance
