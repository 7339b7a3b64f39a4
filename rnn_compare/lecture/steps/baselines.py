"""The networks beside baselines without memory."""

import math
from collections.abc import Sequence

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import Group, with_older_repeats
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.intervals import Mean, mean, share_variance
from rnn_compare.comparison.inference.wording import WHERE, in_points
from rnn_compare.formatting import unbroken
from rnn_compare.lecture.lecture_file import Part, StepKind
from rnn_compare.lecture.plain_text import plain
from rnn_compare.lecture.scene import Scene
from rnn_compare.services.known_baselines import meaning


def baselines(scene: Scene) -> list[Part]:
    """Returns a bar per network and baseline, the longest first, and what they mean."""
    services, runs = scene.services, scene.visible_runs
    results, judged = services.baselines.look_up(runs), services.accuracies(scene.snapshot, runs)
    measure = next((measure for measure, _ in judged.values()), None)
    scores = [(baseline, measure and baseline.score(measure)) for baseline in results.baselines]
    rows = [(item.title, score.accuracy if score else item.val_accuracy, "") for item, score in scores]
    groups = with_older_repeats(runs)
    for group in groups:
        accuracy = judged[group.runs[0].id][1] if group.runs[0].id in judged else _best(group)
        rows += [(group.name, accuracy.mean, look(group).color)] if accuracy else []
    if not rows:
        return [{"kind": "sentences", "lines": [scene.problem]}]
    rows.sort(key=lambda row: -row[1])
    goes_on = any(run.replayed or not run.status.ended for run in runs)
    best = "in the best epoch so far" if goes_on else "in the best epoch"
    where = f"{WHERE[measure].strip()}{_chance(scene, groups, measure)}" if measure else best
    sentences = " ".join(filter(None, [meaning(results.baselines), results.remark]))
    return [
        {"kind": "bars", "rows": rows, "note": f"Accuracy {unbroken(where)}."},
        {"kind": "sentences", "lines": [plain(sentences)]},
    ]


def _best(group: Group) -> Mean | None:
    return mean([run.best["val_accuracy"] for run in group.runs if run.best])


def _chance(scene: Scene, networks: Sequence[Group], measure: Judging) -> str:
    """Returns in words how far the choice of reviews alone can move the networks' bars."""
    scores = [score for group in networks for score in scene.services.evidence.scores_of(group, measure) or ()]
    variance, reviews = max((share_variance(score.accuracy, score.reviews), score.reviews) for score in scores)
    margin = in_points(round(1.96 * math.sqrt(variance), 3))
    return f"; sampling only {reviews:,} reviews adds up to ± {margin} (95 %)"


STEP = StepKind("baselines", baselines)
