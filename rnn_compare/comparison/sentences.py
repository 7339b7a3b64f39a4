"""A verdict in words: the result in one line, the sentence on each pair, and the numbers behind it."""

from collections.abc import Sequence
from operator import itemgetter

from rnn_compare.comparison.beside_baselines import bags_guess
from rnn_compare.comparison.inference.accuracies import MEASURES
from rnn_compare.comparison.inference.difference import TestedDifference, Untested
from rnn_compare.comparison.inference.mcnemar import NetworkDifference
from rnn_compare.comparison.inference.wording import MORE_SEEDS, SHARED_SEEDS, Kind, Words, in_points, p_value, points
from rnn_compare.comparison.verdicts import Comparison, Judgement
from rnn_compare.formatting import counted, listed, ordinal, percent

ANOTHER_SEED, OTHER_WEIGHTS = "Another seed could change that.", "Another seed's may rank otherwise."
_ALL = {2: "Both", 3: "All three", 4: "All four", 5: "All five", 6: "All six", 7: "All seven", 8: "All eight"}


def result(verdict: Judgement) -> str:
    """Returns the verdict in one line, with the rank of the networks among the baselines; of one network only that."""
    text = sentence(verdict.pairs[0]) if len(verdict.pairs) == 1 else _verdict_on_several(verdict)
    return " ".join(filter(None, (text, _picked(verdict), _beside_baselines(verdict))))


def _picked(verdict: Judgement) -> str:
    """Says that a pair that was picked among many has to be judged among them."""
    if verdict.picked_from <= len(verdict.order) or not any(pair.better for pair in verdict.pairs):
        return ""
    many = f"{verdict.picked_from} settings were trained together"
    return f"If these were picked by their results ({many}), compare all: the best of many leads the worst by chance."


def sentence(pair: Comparison) -> str:
    """Returns the verdict on two settings in one sentence, with its numbers."""
    return of_pair.sentence if (of_pair := words(pair)) else pair.problem


def words(pair: Comparison) -> Words | None:
    """Returns the words for a pair; None if its settings cannot be compared."""
    if pair.difference is None:
        return None
    names, where = (pair.a.name, pair.b.name), MEASURES[pair.measure].where
    return Words(names, pair.shares, pair.difference, where, pair.reviews, pair.seed_by_seed)


def _verdict_on_several(verdict: Judgement) -> str:
    if len(verdict.order) < 2:
        return next((pair.problem for pair in verdict.pairs if pair.problem), "")
    leader, share = verdict.order[0]
    shares = {id(group): percent(accuracy) for group, accuracy in verdict.order}
    by_kind: dict[Kind, list[tuple[str, Words]]] = {kind: [] for kind in Kind}
    besides = []
    for other, pair in verdict.against_leader:
        if (of_pair := words(pair)) is None or pair.better is other:
            besides.append(sentence(pair))
        else:
            kind = Kind.BETTER if pair.better else of_pair.kind
            by_kind[kind].append((f"{other.name} ({shares[id(other)]})", of_pair))
    it, texts = f"{leader.name} ({percent(share)} {MEASURES[verdict.measure].where})", []
    for kind, pairs in by_kind.items():
        if pairs:
            names, of_pairs = zip(*pairs, strict=True)
            widest = max(of_pairs, key=lambda item: getattr(item.difference, "half_width", 0.0))
            texts.append(widest.clause(it, listed(names, "or" if kind is Kind.UNKNOWN else "and")))
            it = "it"
    text = " ".join([*texts, *besides])
    for advice in (MORE_SEEDS, SHARED_SEEDS):
        text = text.replace(f" {advice}", "", max(0, text.count(advice) - 1))
    return text


def network_sentence(pair: Comparison) -> str:
    """Returns the verdict on two trained networks as they are; empty if a setting has several."""
    if (networks := pair.networks) is None:
        return ""
    reviews = f"{networks.reviews:,} reviews"
    sides = zip(
        (networks.right_a, networks.right_b), (pair.a.name, pair.b.name), networks.epochs or (0, 0), strict=True
    )
    (more, ahead, first), (fewer, behind, second) = sorted(sides, key=itemgetter(0), reverse=True)
    is_halved = networks.reviews < pair.reviews
    halved = ", chosen on one half of the held-out reviews" if is_halved else ""
    which = f"These two trained networks{f' (epochs {first} and {second}{halved})' if networks.epochs else ''}"
    half = "on the other half " if is_halved else ""
    counts = f"{half}{ahead} gets {more:,} of {reviews} right, {behind} {fewer:,}"
    low, high = sorted(map(abs, networks.limits))
    interval = f"{100 * networks.level:.4g} % interval of the difference: {points(low)} to {points(high)} points"
    match networks.verdict:
        case "unknown":
            return f"{which} cannot be told apart by so few reviews: {counts}, {p_value(networks.p)}."
        case "equal":
            return f"{which} are equal to within {in_points(networks.margin)}: {counts}."
        case _:
            text = f"{which} differ: {counts} ({interval})."
            is_settled = isinstance(pair.difference, TestedDifference) and pair.difference.is_decided
            return text if is_settled else f"{text} {ANOTHER_SEED}"


def networks_sentence(verdict: Judgement) -> str:
    """Returns the verdict on the trained networks as they are; empty unless their settings were not tested."""
    if not any(pair.networks and isinstance(pair.difference, Untested) for pair in verdict.pairs):
        return ""
    if len(verdict.pairs) == 1:
        return network_sentence(verdict.pairs[0])
    leader = verdict.order[0][0]
    better = [other.name for other, pair in verdict.against_leader if pair.better_network is leader]
    answers = [(other.name, pair.networks.verdict) for other, pair in verdict.against_leader if pair.networks]
    clauses = {
        "beats {} on other reviews too": better,
        "is equal to {} to within a point": [name for name, answer in answers if answer == "equal"],
        "cannot be told apart from {}": [name for name, answer in answers if answer == "unknown"],
    }
    parts = [clause.format(listed(names)) for clause, names in clauses.items() if names]
    text = f"With these weights {leader.name} {', and '.join(parts)}."
    return f"{text} {OTHER_WEIGHTS}" if better else text if parts else ""


def details(pair: Comparison) -> list[str]:
    """Returns the numbers behind a comparison, one per line."""
    measured, of_pair = pair.difference, words(pair)
    if measured is None or of_pair is None:
        return []
    lines = []
    if measured.left_out:
        lines.append(f"Left out: {counted(len(measured.left_out), 'seed')} that only one of the two settings has.")
    if isinstance(measured, Untested):
        return lines
    (ahead, highest), (behind, lowest) = sorted(
        zip(of_pair.names, pair.shares, strict=True), key=itemgetter(1), reverse=True
    )
    low, high = measured.limits if measured.difference >= 0 else tuple(-limit for limit in reversed(measured.limits))
    earlier = f", seed-to-seed variation estimated from {listed(list(dict.fromkeys(pair.lent)))}" if pair.lent else ""
    what = "The two settings, over seeds and reviews: " if pair.networks else ""  # the networks' sentence stands below
    test = "paired t over the seeds, corrected for splits that overlap" if pair.seed_by_seed else "Welch's t"
    if measured.widest:
        lines.insert(0, "Seeds of another setting are as far apart, so their variance counts: few seeds may hide it.")
    if not measured.paired:
        lines.insert(0, "Not every run stored its single verdicts, so those on the same reviews count as independent.")
    if share := pair.wins:
        share_of = share if pair.shares[0] >= pair.shares[1] else share.turned
        lines.insert(0, f"A newly trained {ahead} beats a newly trained {behind} in {share_of.text}.")
    return [
        f"{what}{ahead} − {behind}: {percent(highest)} − {percent(lowest)} = {of_pair.by.partition(' ')[0]} points, "
        f"{100 * measured.level:.4g} % interval {points(low)} to {points(high)}{earlier}; "
        f"{p_value(measured.p)} ({test}, {measured.df:.3g} degrees of freedom). {_why(measured)}",
        *lines,
    ]


def _why(measured: TestedDifference) -> str:
    """Says what p had to reach, and why."""
    look = f"the {ordinal(len(measured.looks))} look at these seeds" if len(measured.looks) > 1 else "the first look"
    together = f", one of {measured.comparisons} comparisons" if measured.comparisons > 1 else ""
    equal = f"equal is within {in_points(measured.margin)}"
    return f"At {look}{together}, p up to {measured.alpha:.2g} shows a difference; {equal}."


PLACES = {
    "b is better": "{who} {is_} below {baseline}",
    "unknown": "whether {who} {is_} above or below {baseline} is not yet known",
    "equal": "{who} {is_} equal to {baseline} to within {margin}",
    "a is better": "{who} {is_} above every baseline, the highest being {baseline}",
}
"""The place of a network among the baselines: the lowest that it is below, else the lowest that may be as good."""


def _beside_baselines(verdict: Judgement) -> str:
    tested = [(pair, pair.difference) for pair in verdict.beside_baselines if pair.difference]
    accuracies = {pair.baseline: percent(pair.accuracy) for pair in verdict.beside_baselines}
    if {difference.verdict for _, difference in tested} == {"a is better"} and bags_guess(accuracies, verdict.measure):
        share = next(accuracy for baseline, accuracy in accuracies.items() if baseline.name == "words")
        return f"A bag of words cannot be told apart from guessing ({share})."
    by_place: dict[tuple[str, bool], list[str]] = {}
    for group, _ in verdict.order:
        beside = sorted((item for item in tested if item[0].group is group), key=lambda item: item[0].accuracy)
        below = [item for item in beside if item[1].verdict == "b is better"]
        open_ = [item for item in beside if not item[1].is_decided]
        for pair, difference in (below or open_ or beside[-1:])[:1]:
            baseline = f"the {pair.baseline.title.lower()} ({percent(pair.accuracy)})"
            template = PLACES[difference.verdict].replace("{margin}", in_points(difference.margin))
            place = template.replace("{baseline}", baseline), isinstance(difference, NetworkDifference)
            by_place.setdefault(place, []).append(group.name)
    if not by_place:
        texts = ", ".join(f"{baseline.title.lower()} {accuracy}" for baseline, accuracy in accuracies.items())
        return f"Baselines on the same reviews: {texts}." if texts else ""
    # One clause, on the leader and whoever shares its place: the others are in *Is it real?*.
    place, names = next(iter(by_place.items()))
    text = f"{_clause(*place, names, len(names) == len(verdict.order) > 1)}."
    return text[0].upper() + text[1:] if text.startswith(("whether ", "this ", "these ")) else text


def _clause(template: str, as_trained: bool, names: Sequence[str], is_all: bool) -> str:
    who = _ALL.get(len(names), f"All {len(names)}") if is_all and template.startswith("{") else listed(names)
    if as_trained:  # of a single seed nothing is known about the setting
        who = f"{who} of these networks" if who[:3] in ("Bot", "All") else f"this {who} network"
        who = f"these {listed(names)} networks" if len(names) > 1 and not is_all else who
    return template.replace("{who}", who).replace("{is_}", "is" if len(names) == 1 else "are")
