"""Two steps: the class's phones train a network each, as many dots, and the verdict on these networks."""

from collections import Counter
from collections.abc import Sequence

from rnn_compare.class_networks.networks import ClassNetwork, Origin
from rnn_compare.class_networks.task import ClassTask, class_task
from rnn_compare.class_networks.verdict import FEW, drawn, judgement, turned
from rnn_compare.comparison.inference.wording import sentence
from rnn_compare.formatting import counted, listed, unbroken
from rnn_compare.lecture import votes
from rnn_compare.lecture.lecture_file import Part, Press, StepKind
from rnn_compare.lecture.questions import is_right
from rnn_compare.lecture.scene import Scene
from rnn_compare.report import class_dots

ORIGINS: dict[Origin, str] = {
    "phone": "by phones",
    "server": "by the wall",
    "recording": "from a recording",
}
WAITS = "The verdict waits for the last networks."
NO_WALL = "Open the wall: its browser trains the missing networks."
NO_WALL_AGAIN = "Open the wall: its browser trains some of the phones' networks again."
NOTHING = "Nothing is trained yet. Go back (←) to the step where phones train."


def networks(scene: Scene) -> list[Part]:
    """Returns a dot for each network or, while the step's question is open, only their number."""
    trained = scene.classroom.networks.all()
    if not scene.state.task_shown:
        return [_for_wall("sentences", lines=[count(scene, trained)])]
    note = " ".join(filter(None, [count(scene, trained), remarks(scene), *_answers(scene)]))
    return [_dots(class_dots.rows(class_task(scene.state.task), trained)), _for_wall("sentences", lines=[note])]


def presses(scene: Scene) -> list[Press]:
    """Returns the buttons of the step's question, while there is one to answer."""
    return votes.presses(scene) if scene.step.question and not scene.state.task_shown else []


def lines(scene: Scene) -> list[str]:
    """Returns for the presenter how many networks there are, and which phones' do not count."""
    trained = scene.classroom.networks
    sentences = [scene.stage.class_training.problem, _lacks(scene), count(scene, trained.all()), repetitions(scene)]
    sentences += [f"Left out: {network.name}, {network.best} right." for network in trained.sent("left out")]
    if trained.unable:
        sentences.append(f"{counted(trained.unable, 'phone')} cannot train.")
    return [line for line in sentences if line]


def _for_wall(kind: str, **part: object) -> Part:
    return {"kind": kind, "for": "wall", **part}


def _dots(rows: str, classes: str = "rc-class") -> Part:
    return _for_wall("drawing", html=f'<div class="{classes}">{rows}</div>')


def _answers(scene: Scene) -> list[str]:
    """Returns how many answers to the step's question are right; the wall says why below."""
    if (question := scene.step.question) is None:
        return []
    outcome, rounds = scene.outcome(question), scene.answers(question)
    answers = rounds[-1] if rounds else []
    right = sum(bool(is_right(question, answer, outcome)) for answer in answers)
    is_known = outcome.answer is not None and answers
    return [f"Your guesses: {votes.score(right, len(answers))}."] if is_known else []


def count(scene: Scene, trained: Sequence[ClassNetwork]) -> str:
    """Returns how many networks are trained, of how many phones, and by whom."""
    origins = Counter(network.origin for network in trained)
    training = scene.classroom.phones_training().total()
    sources = dict(ORIGINS)
    if earlier := scene.classroom.class_of(scene.state.replayed):
        sources["recording"] = f"from the class of {earlier.date}"
    parts = [f"{origins[origin]:,} {words}" for origin, words in sources.items() if origins[origin]]
    if training and set(origins) <= {"phone"}:
        return f"{origins['phone']:,} of {counted(origins['phone'] + training, 'phone')} done."
    phones = f"{origins['phone']:,} of {counted(origins['phone'] + training, 'phone')} done. " if training else ""
    if len(origins) == 1:
        return f"{phones}{counted(len(trained), 'network')} {sources[trained[0].origin]}."
    return f"{phones}{counted(len(trained), 'network')}{f': {listed(parts)}' if parts else ''}."


def remarks(scene: Scene) -> str:
    """Returns what is the same for all networks, and which are missing; the notes say what was trained again."""
    task, trained = class_task(scene.state.task), scene.classroom.networks
    text = f"The same {task.held_out} held-out reviews: only the seeds differ."
    if any(network.origin != "phone" for network in trained.all()):
        text += " Hollow: not by phones."
    return f"{text} {repetitions(scene)}" if trained.sent("left out") or trained.waiting() else text


def repetitions(scene: Scene) -> str:
    """Returns how many of the phones' networks were trained again, how many differed, and how many wait."""
    trained = scene.classroom.networks
    differed, again = len(trained.sent("left out")), len(trained.sent("left out", "repeated"))
    text = ""
    if again:
        some = f"{differed:,} {'is' if differed == 1 else 'are'} left out, which came out differently."
        text = f"The wall trained {again:,} of the {len(trained.sent()):,} again: "
        text += some if differed else "all the same."
    if waiting := len(trained.waiting()):
        waits = "waits" if waiting == 1 else "wait"
        text += f" {waiting:,} far from all others {waits} until the wall has trained the same."
    return text.strip()


def _lacks(scene: Scene) -> str:
    """Returns what an open wall would train, in a sentence; empty if one is open, or nothing is wanted."""
    training = scene.stage.class_training
    if not training.lacks_wall:
        return ""
    return NO_WALL if training.waits else NO_WALL_AGAIN


def verdict(scene: Scene) -> list[Part]:
    """Returns the verdict with all networks; beside it a few of each at random, or an earlier class."""
    if not scene.state.task_shown:
        return [_for_wall("sentences", lines=[NOTHING])]
    task, trained, state = class_task(scene.state.task), scene.classroom.networks.all(), scene.state
    waits = scene.stage.class_training.waits
    sentences = [_lacks(scene) or WAITS] if waits else _verdicts(task, trained)
    few = drawn(task, trained, state.drawing) if state.drawing else []
    if earlier := scene.classroom.class_of(state.compared):
        # The brackets above have the numbers of reviews and the interval.
        short = _verdicts(task, earlier.networks, numbers=False)
        beside = [f"{earlier.date}: {' '.join(short)} Only the seeds differ between the two classes."]
        dots = class_dots.rows(task, trained, (), class_dots.LOWEST, {earlier.date: earlier.networks})
    else:
        sentences += [] if waits else [turned(task, trained)]
        beside = [f"{FEW} of each: {' '.join(_verdicts(task, few))}"] if few else []
        dots = class_dots.rows(task, trained, few, class_dots.LOW)
    sentences = [*filter(None, sentences)]
    above = [f"All {len(trained)}: {' '.join(sentences)}", *beside]
    return [
        _for_wall("sentences", lines=list(map(unbroken, above))),
        _dots(dots, "rc-class rc-class-verdict"),
        {"kind": "sentences", "for": "phones", "lines": sentences},
    ]


def _verdicts(task: ClassTask, trained: Sequence[ClassNetwork], numbers: bool = True) -> list[str]:
    return [sentence(pair, numbers=numbers, advice=False) for pair in judgement(task, trained).pairs]


def comparing(scene: Scene) -> list[Press]:
    """Returns the buttons for another drawing and, if there is an earlier class of this task, for both classes."""
    state = scene.state
    if not state.task_shown:
        return []
    if state.compared:
        return [{"label": "This class alone", "press": "compare", "value": 0}]
    label = f"Draw another {FEW} of each" if state.drawing else f"Draw {FEW} of each"
    results = [result for result in scene.classroom.classes() if result.preset == state.task]
    earlier = [result for result in results if result.lecture != scene.classroom.number()]
    choices = [{"label": result.title, "value": result.lecture} for result in earlier]
    compare = [{"label": "Compare with an earlier class", "press": "compare", "choices": choices}] if choices else []
    return [{"label": label, "press": "draw", "primary": True}, *compare]


VERDICT = StepKind(
    "class_verdict",
    verdict,
    comparing,
    wall=f"all dots with the verdict, and {FEW} networks of each drawn anew at each press",
    phones="the verdict",
    minutes=6,
)
STEP = StepKind(
    "class_trains",
    networks,
    presses,
    wall="how many have trained; a dot for each network once the answers are shown",
    phones="the question, while the phone trains a network; then its dot",
    minutes=7,
    phones_train=True,
)
