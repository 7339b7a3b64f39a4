"""The last step: the networks on everyone's own phone, and the end."""

from rnn_compare.lecture.lecture_file import Part, Press, StepKind
from rnn_compare.lecture.scene import Scene
from rnn_compare.report.reader import OWN_TEXTS, has_own_texts
from rnn_compare.services.snapshot import chosen, link_names

PURPOSE = "Phones get one file whose networks read reviews on the phone itself, without this machine."
OF_A_CLASS = "Phones get one file with your class's networks, in which they can train more, without this machine."


def home(scene: Scene) -> list[Part]:
    """Returns the invitation to scan the code of ``path``."""
    invitation = "open today's networks" if scene.visible_runs else "compare networks yourself"
    return [{"kind": "home", "for": "wall", "sentence": f"Scan the code to {invitation}."}, *offered(scene)]


def offered(scene: Scene) -> list[Part]:
    """Returns the sentence that phones can open the networks."""
    part = {
        "kind": "sentences",
        "for": "wall",
        "lines": ["Now on your phones: “Open the networks”."],
        "small": True,
    }
    return [part] if scene.state.networks_offered else []


def path(scene: Scene) -> str:
    """Returns the address of the page with the step's networks, relative to the first page."""
    runs = scene.visible_runs
    is_newest = {run.id for run in runs} == {run.id for run in chosen(scene.snapshot.charted, [])}
    return f"?show={','.join(link_names(runs, scene.snapshot.runs))}" if runs and not is_newest else ""


def offer(scene: Scene) -> list[Press]:
    """Returns the button that offers the step's networks to phones, if any has weights, or those of the class."""
    runs = scene.readers
    if not runs and scene.classroom.class_of(scene.classroom.number()) is None:
        return []
    is_offered = scene.state.networks_offered
    label = "Withdraw the networks" if is_offered else "Share the networks with phones"
    purpose = f"{PURPOSE} {OWN_TEXTS}" if has_own_texts(runs) else PURPOSE if runs else OF_A_CLASS
    return [{"label": label, "press": "offer_networks", "value": not is_offered, "help": purpose}]


STEP = StepKind("home", home, offer, wall="a code that leads to the networks", phones="them, once you share them")
