"""The networks beside baselines without memory."""

import statistics

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.lecture.lecture_file import Part, StepKind
from rnn_compare.lecture.plain_text import plain
from rnn_compare.lecture.scene import Scene
from rnn_compare.services.known_baselines import meaning


def baselines(scene: Scene) -> list[Part]:
    """Returns a bar per network and baseline, the longest first, and what they mean."""
    services, runs = scene.services, scene.visible_runs
    results, judged = services.baselines.look_up(runs), services.accuracies(scene.snapshot, runs)
    measure = next((measure for measure, _ in judged.values()), None)
    readers = [baseline for baseline in results.baselines if baseline.reads_text]
    scores = [(baseline, measure and baseline.score(measure)) for baseline in readers]
    rows = [(item.title, score.accuracy if score else item.val_accuracy, "") for item, score in scores]
    groups = with_older_repeats(runs)
    for group in groups:
        _, shares = judged.get(group.runs[0].id) or (None, [run.best["val_accuracy"] for run in group.runs if run.best])
        rows += [(group.name, statistics.fmean(shares), look(group).color)] if shares else []
    if not rows:
        return [{"kind": "sentences", "lines": [scene.problem]}]
    rows.sort(key=lambda row: -row[1])
    names = [ON[measure]] if measure else []
    if len(judged) < len(groups):
        names.append("best so far" if any(not group.ended for group in groups) else "best epoch")
    sentences = " ".join(filter(None, [meaning(results.baselines), results.remark]))
    return [
        {"kind": "bars", "rows": rows, "note": f"Accuracy: {', or '.join(names)}."},
        {"kind": "sentences", "lines": [plain(sentences)]},
    ]


STEP = StepKind("baselines", baselines, wall="a bar for each network and for each bag of words")
