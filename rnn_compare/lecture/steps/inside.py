"""Three steps: a review word by word inside the cells, the memory test, and the accuracy by length."""

from rnn_compare.browser.figures import lines_message
from rnn_compare.charts import length_chart, memory_chart
from rnn_compare.explain.accuracy_by_length import accuracy_by_length
from rnn_compare.explain.held_out import EXAMPLES, held_out
from rnn_compare.explain.worker_tasks import memory
from rnn_compare.lecture.lecture_file import Part, Press, StepKind
from rnn_compare.lecture.plain_text import plain
from rnn_compare.lecture.readings import read
from rnn_compare.lecture.scene import Scene
from rnn_compare.sources.registry import is_about_films

FIRST = "Turn at the end"


def inside(scene: Scene) -> list[Part]:
    """Returns how each network reads a text."""
    networks, problems = scene.loaded(most_gates_first=True)
    text = scene.state.reading_text or _first(scene)
    reading, others = read(scene, networks, text) if networks else (None, [])
    return [*_sentences(problems, others), *([{"kind": "reading", "reading": reading}] if reading else [])]


def another_text(scene: Scene) -> list[Press]:
    """Returns the buttons for another text: an example, or one that the presenter types."""
    if not scene.readers:
        return []
    value = scene.state.reading_text or _first(scene)
    examples = [{"label": label, "value": text} for label, text in _examples(scene).items()]
    own = {"label": "Another text", "press": "read", "input": {"label": "A text to read", "most": 2000, "value": value}}
    return [own, {"label": "Examples", "press": "read", "choices": examples}] if examples else [own]


def _examples(scene: Scene) -> dict[str, str]:
    """Returns texts to try: examples where all networks read film reviews, else a text that none was trained on."""
    experiments = [run.experiment for run in scene.readers]
    if all(is_about_films(experiment.source) for experiment in experiments):
        return EXAMPLES
    texts = held_out(experiments)
    return {f"No. {texts.numbers[0]:,}": texts.text(texts.numbers[0])} if texts else {}


def _first(scene: Scene) -> str:
    examples = _examples(scene)
    return examples.get(FIRST, next(iter(examples.values()), ""))


def memory_test(scene: Scene) -> list[Part]:
    """Returns the memory test's chart and what it says."""
    networks, problems = scene.loaded(most_gates_first=True)
    tested, others = scene.measured(networks, memory)
    parts: list[Part] = []
    if tested:
        noticed, moved = plain(memory_chart.noticed(tested)), plain(memory_chart.moved(tested))
        figure = lines_message(memory_chart.noticed_chart(tested)) | {"title": memory_chart.NOTICED}
        parts = [
            {"kind": "sentences", "for": "wall", "lines": [memory_chart.ASKED, noticed, moved]},
            {"kind": "figures", "figures": [figure]},
            {"kind": "sentences", "for": "phones", "lines": [noticed, moved, memory_chart.conclusion(tested)]},
        ]
    return [*parts, *_sentences(problems, others)]


def lengths(scene: Scene) -> list[Part]:
    """Returns the accuracy of the networks by the length of a text."""
    networks, problems = scene.loaded(most_gates_first=True)
    measured, others = scene.measured(networks, accuracy_by_length)
    if not measured:
        return _sentences(problems, others)
    return [
        {"kind": "figures", "figures": [lines_message(length_chart.length_chart(measured))]},
        {"kind": "sentences", "lines": [plain(length_chart.at_the_end(measured)), length_chart.meaning(measured)]},
        *_sentences(problems, others),
    ]


def _sentences(*groups: list[str]) -> list[Part]:
    lines = [line for group in groups for line in group]
    return [{"kind": "sentences", "lines": lines}] if lines else []


STEP = StepKind("inside", inside, another_text, wall="a review word by word, and one cell's gates", minutes=5)
MEMORY = StepKind("memory", memory_test, wall="the share of words noticed, by their distance from the end", minutes=3)
LENGTHS = StepKind("lengths", lengths, wall="the accuracy by the length of a text", minutes=3)
