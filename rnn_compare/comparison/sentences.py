"""A verdict in words: the result in one line, the sentence on each pair, and the numbers behind it."""

import math
from collections.abc import Sequence
from operator import itemgetter
from statistics import NormalDist

from rnn_compare.comparison.accuracies import MEASURES
from rnn_compare.comparison.beside_baselines import bags_guess
from rnn_compare.comparison.difference import ALPHA, FEWEST_REVIEWS, LOOKS, Difference, Verdict
from rnn_compare.comparison.intervals import FEWEST
from rnn_compare.comparison.mcnemar import NetworkDifference
from rnn_compare.comparison.power import POINT, seeds_to_see
from rnn_compare.comparison.verdicts import Comparison, Judgement
from rnn_compare.formatting import counted, listed, percent

USELESS = 0.2
"""Half the width of an interval, a share, from which the size of a difference is uncertain."""
MOST_SEEDS = 100
"""The largest number of seeds that is worth naming."""
_NORMAL = NormalDist().inv_cdf(1 - ALPHA / LOOKS / 2)
ANOTHER_SEED = "Another seed could change that."
_MORE_SEEDS = f"Train {FEWEST} seeds or more of each."
_SHARED_SEEDS = "Where the seed decides the split, two shared seeds are needed."
_ALL = {2: "Both", 3: "All three", 4: "All four", 5: "All five", 6: "All six", 7: "All seven", 8: "All eight"}


def result(verdict: Judgement) -> str:
    """Returns the verdict in one line, with the rank of the networks among the baselines; of one network only that."""
    text = sentence(verdict.pairs[0]) if len(verdict.pairs) == 1 else _verdict_on_several(verdict)
    return " ".join(filter(None, (text, _beside_baselines(verdict))))


def sentence(pair: Comparison) -> str:
    """Returns the verdict on two settings in one sentence, with its numbers."""
    if (difference := pair.difference) is None:
        return pair.problem
    (ahead, highest), (behind, lowest) = _ranked(pair)
    if difference.reason == "too few reviews":
        return _too_few_reviews(f"{ahead} and {behind}", pair)
    if _is_tie(pair):
        return f"{pair.a.name} and {pair.b.name} both reach {percent(pair.shares[0])} {_measured_on(pair)}."
    if difference.p is None or (pair.better is None and difference.half_width >= USELESS):
        return _too_few_seeds(pair)
    by = f"{gap(*pair.shares)} ± {points(difference.half_width)} points"
    level = f"; {100 * difference.level:.4g} % interval{_adjustment(pair)}" if difference.comparisons > 1 else ""
    how = f"({percent(highest)} and {percent(lowest)} {_measured_on(pair)}{level})"
    if pair.better is None:
        return f"{ahead} and {behind} cannot be told apart: a lead of {by} could be chance {how}."
    if difference.half_width >= USELESS:
        least, most = sorted(min(1.0, abs(limit or 0.0)) for limit in (difference.low, difference.high))
        uncertain = f"{100 * least:.0f} to {100 * most:.0f} points"
        return f"{ahead} is better than {behind}, but by how much is uncertain: {uncertain} {how}."
    return f"{ahead} is better than {behind} by {by} {how}."


def network_sentence(pair: Comparison) -> str:
    """Returns the verdict on two trained networks as they are; empty if a setting has several."""
    if (networks := pair.networks) is None:
        return ""
    reviews = f"{networks.reviews:,} reviews"
    sides = zip(
        (networks.right_a, networks.right_b), (pair.a.name, pair.b.name), networks.epochs or (0, 0), strict=True
    )
    (more, ahead, first), (fewer, behind, second) = sorted(sides, key=itemgetter(0), reverse=True)
    halved = ", chosen on the other held-out reviews" if networks.reviews < pair.reviews else ""
    of_epochs = f" (epochs {first} and {second}{halved})" if networks.epochs else ""
    if networks.only_a == networks.only_b == 0:
        return f"Both trained networks{of_epochs} get the same {more:,} of {reviews} right."
    counts = f"{ahead} gets {more:,} of {reviews} right, {behind} {fewer:,}"
    which = f"These two trained networks{of_epochs}"
    if pair.better_network is None:
        return f"{which} cannot be told apart: {counts}, {p_value(networks.p_adjusted)}."
    low, high = sorted(map(abs, networks.limits))
    interval = f"{100 * networks.level:.4g} % interval of the difference: {points(low)} to {points(high)} points"
    return f"{which} differ: {counts} ({interval}). {ANOTHER_SEED}"


def networks_sentence(verdict: Judgement) -> str:
    """Returns the verdict on the trained networks as they are; empty unless their settings were not tested."""
    untested = [pair for pair in verdict.pairs if pair.networks and pair.difference and pair.difference.p is None]
    if all(map(_is_tie, untested)):
        return ""
    if len(verdict.pairs) == 1:
        return network_sentence(verdict.pairs[0])
    leader = verdict.order[0][0]
    better = [other.name for other, pair in verdict.against_leader if pair.better_network is leader]
    alike = [other.name for other, pair in verdict.against_leader if pair.networks and pair.better_network is None]
    parts = [f"is better than {listed(better)}"] * bool(better)
    parts += [f"cannot be told apart from {listed(alike)}"] * bool(alike)
    text = f"Of these trained networks, {leader.name} {', and '.join(parts)}."
    return f"{text} {ANOTHER_SEED}" if better else text if parts else ""


def details(pair: Comparison) -> list[str]:
    """Returns the numbers behind a comparison, one per line."""
    if (measured := pair.difference) is None:
        return []
    seeds = counted(len(measured.left_out), "seed")
    left_out = [f"Left out: {seeds} that only one of the two settings has."] * bool(measured.left_out)
    if measured.p is None or measured.p_adjusted is None:
        return left_out
    (ahead, highest), (behind, lowest) = _ranked(pair)
    lead = gap(highest, lowest)
    half, middle = measured.half_width, abs(measured.difference)
    earlier = f", seed-to-seed variation estimated from {listed(list(dict.fromkeys(pair.lent)))}" if pair.lent else ""
    adjusted = f"{adjustment} {p_value(measured.p_adjusted)}" if (adjustment := _adjustment(pair)) else ""
    test = "paired t over the seeds, corrected for splits that overlap" if pair.seed_by_seed else "Welch's t"
    unpaired = "Not every run stored its single verdicts, so those on the same reviews count as independent."
    return [
        f"{ahead} − {behind}: {percent(highest)} − {percent(lowest)} = {lead} points, {100 * measured.level:.4g} % "
        f"interval {points(middle - half)} to {points(middle + half)}{earlier}; "
        f"{p_value(measured.p)}{adjusted} ({test}, {measured.df:.3g} degrees of freedom). "
        "Interval and p-value allow for a look after every seed up to ten.",
        *([] if measured.paired else [unpaired]),
        *([_seeds_needed(pair, measured)] if min(measured.runs) > 1 else []),
        *left_out,
    ]


def points(share: float) -> str:
    """Returns a share as percentage points.

    Example:
        >>> points(0.0214), points(-0.004), points(-0.0004)
        ('2.1', '−0.4', '0.0')
    """
    return f"{100 * share:z.1f}".replace("-", "−")


def p_value(p: float) -> str:
    """Returns a p-value with its significant digits.

    Example:
        >>> [p_value(p) for p in (0.314, 0.0123, 0.00004)]
        ['p = 0.31', 'p = 0.012', 'p < 0.001']
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2f}" if p >= 0.1 else f"p = {p:.3f}"


def gap(first: float, second: float) -> str:
    """Returns the difference of two accuracies in points, computed from the rounded percentages shown beside it.

    Example:
        >>> gap(0.8814, 0.8426), points(0.8814 - 0.8426)
        ('3.8', '3.9')
    """
    return points(abs(_rounded(first) - _rounded(second)) / 100)


def _verdict_on_several(verdict: Judgement) -> str:
    if len(verdict.order) < 2:
        return next((pair.problem for pair in verdict.pairs if pair.problem), "")
    leader, share = verdict.order[0]
    shares = {id(group): percent(accuracy) for group, accuracy in verdict.order}
    judged = [(other, pair) for other, pair in verdict.against_leader if pair.difference]
    where = f" {MEASURES[verdict.measure].where}"
    groups: dict[str, list[str]] = {"better": [], "tie": [], "alike": [], "unknown": []}
    others = []
    for other, pair in verdict.against_leader:
        if pair.difference is None or pair.better is other:
            others.append(sentence(pair))
            continue
        kind = "better" if pair.better else "tie" if _is_tie(pair) else "unknown" if pair.difference.reason else "alike"
        groups[kind].append(f"{other.name} ({shares[id(other)]})")
    better, ties, alike, unknown = map(listed, groups.values())
    paired = any(pair.seed_by_seed for _, pair in judged)
    parts = [
        f"is better than {better}" if better else "",
        f"ties with {ties}" if ties else "",
        f"cannot be told apart from {alike}: a different seed could reverse this" if alike else "",
        f"leads {unknown}, {'without a verdict' if paired else 'which may be the luck of one seed'}" if unknown else "",
    ]
    text = f"{leader.name} ({percent(share)}{where}) {'. It '.join(filter(None, parts))}."
    text += f" {_SHARED_SEEDS if paired else _MORE_SEEDS}" if unknown else ""
    if any(pair.reviews < FEWEST_REVIEWS for _, pair in judged):
        text = _too_few_reviews(listed([leader.name, *(other.name for other, _ in judged)]), judged[0][1])
    elif len(groups["tie"]) == len(verdict.order) - 1:
        text = f"{_all(len(verdict.order))} reach {percent(share)}{where}."
    return " ".join([*([text] if any(parts) else []), *others])


def _beside_baselines(verdict: Judgement) -> str:
    """Names for each network the lowest baseline that it is below, else the lowest that may be as good.

    An interval that is too wide for a sentence on a pair places no network here either.
    """
    tested = [(pair, pair.difference) for pair in verdict.beside_baselines if pair.difference]
    accuracies = {pair.baseline: percent(pair.accuracy) for pair in verdict.beside_baselines}
    if {difference.verdict for _, difference in tested} == {"a is better"} and bags_guess(accuracies, verdict.measure):
        words = next(accuracy for baseline, accuracy in accuracies.items() if baseline.name == "words")
        return f"A bag of words cannot be told apart from guessing ({words})."
    by_place: dict[tuple[Verdict, str], list[str]] = {}
    for group, _ in verdict.order:
        beside = sorted((item for item in tested if item[0].group is group), key=lambda item: item[0].accuracy)
        for place in ("b is better", "cannot tell", "a is better"):
            if among := [item for item in beside if item[1].verdict == place]:
                pair, difference = among[-1 if place == "a is better" else 0]
                seed = " with this seed" if isinstance(difference, NetworkDifference) else ""
                baseline = f"the {pair.baseline.title.lower()} ({percent(pair.accuracy)}){seed}"
                wide = isinstance(difference, Difference) and difference.half_width >= USELESS
                if not (place == "cannot tell" and wide):
                    by_place.setdefault((place, baseline), []).append(group.name)
                break
    if not by_place:
        texts = ", ".join(f"{baseline.title.lower()} {accuracy}" for baseline, accuracy in accuracies.items())
        return f"Baselines on the same reviews: {texts}." if texts else ""
    everybody = len(verdict.order)
    return "; ".join(_clause(*place, names, len(names) == everybody > 1) for place, names in by_place.items()) + "."


def _clause(place: Verdict, baseline: str, names: Sequence[str], is_all: bool) -> str:
    if place == "cannot tell":
        cannot = f"{'Neither' if len(names) == 2 else 'None'} can" if is_all else f"{listed(names)} cannot"
        return f"{cannot} be told apart from {baseline}"
    where = "below" if place == "b is better" else "above every baseline, the highest being"
    return f"{_all(len(names)) if is_all else listed(names)} {'is' if len(names) == 1 else 'are'} {where} {baseline}"


def _all(count: int) -> str:
    return _ALL.get(count, f"All {count}")  # the command line takes more than a page


def _rounded(share: float) -> float:
    """Returns a share in percent, rounded as it is shown."""
    return float(percent(share).removesuffix(" %"))


def _is_tie(pair: Comparison) -> bool:
    """Tells whether both accuracies look equal, unless one is better even so or the interval is too wide to say."""
    wide = pair.difference is None or pair.difference.half_width >= USELESS
    return pair.better is None and not wide and _rounded(pair.shares[0]) == _rounded(pair.shares[1])


def _ranked(pair: Comparison) -> list[tuple[str, float]]:
    shares = zip((pair.a.name, pair.b.name), pair.shares, strict=True)
    return sorted(shares, key=itemgetter(1), reverse=True)


def _measured_on(pair: Comparison) -> str:
    return MEASURES[pair.measure].where


def _adjustment(pair: Comparison) -> str:
    comparisons = pair.difference.comparisons if pair.difference else 1
    return f", adjusted for {comparisons} comparisons" if comparisons > 1 else ""


def _too_few_reviews(names: str, pair: Comparison) -> str:
    reviews = counted(pair.reviews, "held-out review")
    return f"No verdict on {names} from {reviews}: at least {FEWEST_REVIEWS} are needed to tell them apart."


def _too_few_seeds(pair: Comparison) -> str:
    a, b, (share_a, share_b) = pair.a.name, pair.b.name, map(percent, pair.shares)
    numbers = f"{a} {share_a}, {b} {share_b} {_measured_on(pair)}"
    if pair.difference and pair.difference.reason == "fewer than two shared seeds":
        return f"No verdict: two shared seeds are needed where the seed decides the split ({numbers})."
    first, second = map(len, pair.scores)
    if first == second == 1 and share_a != share_b:
        (ahead, highest), (behind, lowest) = _ranked(pair)
        lead = f"{ahead} ({percent(highest)} {_measured_on(pair)}) leads {behind} ({percent(lowest)})"
        return f"{lead}, which may be the luck of one seed. {_MORE_SEEDS}"
    who = f"{counted(first, 'seed')} of {a} and {counted(second, 'seed')} of {b}"
    who = f"{counted(first, 'seed')} each" if first == second else who
    why = "nothing was tested, since one seed does not show how much results vary"
    if pair.difference and pair.difference.p is not None:
        why = "results vary too much between seeds"
    more = _MORE_SEEDS if min(first, second) < FEWEST else "Train more seeds of each."
    return f"{who} cannot tell which setting is better ({numbers}): {why}. {more}"


def _seeds_needed(pair: Comparison, measured: Difference) -> str:
    if pair.seed_by_seed:
        least = _NORMAL * math.sqrt(measured.variance_reviews)
        return f"However many seeds are trained, ± stays above {points(least)} points, since the splits overlap."
    needed = seeds_to_see(POINT, measured)
    text = f"Detecting a difference of {points(POINT)} points with 80 % power takes"
    if needed is None or needed > MOST_SEEDS:
        return f"{text} more than {MOST_SEEDS} seeds each, or more held-out reviews."
    return f"{text} about {needed} seeds each."
