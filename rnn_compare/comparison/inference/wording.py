"""A judgement in words: the one place that makes sentences of it, called last, by whoever shows it."""

import math
from collections.abc import Sequence

from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.comparison.inference.intervals import FEWEST
from rnn_compare.comparison.inference.judgement import (
    FEWEST_BESIDE_FIXED,
    FEWEST_REVIEWS,
    UNCOUNTED,
    Basis,
    Judgement,
    Obstacle,
    Pair,
    Sample,
)
from rnn_compare.comparison.inference.levels import Difference
from rnn_compare.comparison.inference.power import seeds_to_see
from rnn_compare.comparison.inference.wins import Wins
from rnn_compare.formatting import counted, in_percent, listed, ordinal, percent

USELESS = 0.2
"""Half the width of an interval, a share, from which the size of a difference is uncertain."""
MOST_SEEDS = 100
"""The largest number of seeds that is worth naming."""
MANY_SETTINGS, SEEDS_OF_MANY = 4, 5
"""From so many settings on, three seeds of each see a lead of five points in less than half of all cases."""

ARRAYS: tuple[Basis, ...] = ("items", "accuracies")
"""Of ``judge``: anybody's runs, on items of any kind."""
WHERE: dict[Basis, str] = {
    **{measure: f" {name}" for measure, name in ON.items()},
    "best": " on {reviews}",
    "items": " on the same {reviews}",
    "accuracies": "{in_the_mean}",
}
TEMPLATES = {
    "better": ("{ahead} is better than {behind} by {by}{numbers}.", "{It} is better than {others}."),
    "roughly better": (
        "{ahead} is better than {behind}, but by how much is uncertain: {by}{numbers}.",
        "{It} is better than {others}.",
    ),
    "slightly better": (
        "{ahead} is better than {behind}, but by less than {margin}: {by}{numbers}.",
        "{It} is better than {others}, but by less than {margin}.",
    ),
    "equal": (
        "{ahead} and {behind} are equal to within {margin}: they differ by {by}{numbers}.",
        "{It} is equal to {others} to within {margin}.",
    ),
    "unknown": (
        "Whether {ahead} or {behind} is better is not yet known: a difference of {by} could be chance{numbers}. "
        "{takes}",
        "Whether {it} is better than {others} is not yet known. {takes}",
    ),
    "contradictory": (
        "The looks at {ahead} and {behind} contradict each other: the mean of all seeds lies outside what earlier "
        "ones showed{numbers}. Train both anew, with all seeds at once.",
        "The looks at {it} and {others} contradict each other. Train these anew, with all seeds at once.",
    ),
    "networks differ": (
        "These {trained}differ: {ahead} is ahead of {behind} by {by}{numbers}.",
        "{As_trained} is ahead of {others}.",
    ),
    "networks equal": (
        "These {trained}are equal to within {margin}: {ahead} and {behind} differ by {by}{numbers}.",
        "{As_trained} is equal to {others} to within {margin}.",
    ),
    "networks unknown": (
        "These {trained}cannot be told apart: {ahead} and {behind} differ by {by}, which could be chance{numbers}.",
        "{As_trained} cannot be told apart from {others}.",
    ),
    "too few seeds": (
        "{ahead} ({high}{where}) leads {behind} ({low}), which may be the luck of {few}.",
        "{It} leads {others}, which may be the luck of {few}.",
    ),
    "tie": (
        "{ahead} and {behind} both reach {high}{where}, which may be the luck of {few}.",
        "{It} ties with {others}, which may be the luck of {few}.",
    ),
    "too few reviews": (
        "No verdict on {ahead} and {behind} from {reviews}: at least {fewest} are needed to tell them apart.",
        "No verdict from {reviews}: at least {fewest} are needed to tell {it} from {others}.",
    ),
}
"""What is known of two settings: its sentence, and its clause on the leader of several and others."""
OBSTACLES: dict[Obstacle, str] = {
    "no whole run": "{about} has no run that trained to its end, so it is not compared.",
    "other reviews": "{a} is not compared with {others}: they were judged by different reviews ({about}).",
    "own splits": "{a} is not compared with {others}, since each seed was judged by reviews of its own. Put test "
    "reviews aside (test split): these judge all seeds.",
    "no predictions": "{about} has no recorded predictions{where}, so it is not compared.",
}


def sentence(pair: Pair, *, numbers: bool = True, advice: bool = True, luck: bool = True) -> str:
    """Returns the verdict on two settings in one sentence.

    Args:
        numbers: Whether it has the accuracies and the level in brackets.
        advice: Whether it says how many seeds would see a difference; a wall has no room for it.
        luck: Whether it says that other seeds could change what is known of trained networks.
    """
    if pair.obstacle in OBSTACLES:
        return _hindered(pair, pair.a.name, pair.b.name)
    ahead, behind = pair.ordered
    digits = _digits(pair)
    high, low = percent(ahead.accuracy, digits), percent(behind.accuracy, digits)
    where = _where(pair)
    values = _values(pair, advice) | {"ahead": ahead.name, "behind": behind.name, "where": where}
    values |= {"high": high, "low": low}
    values |= {"numbers": f" ({high} and {low}{where}{_level(pair)})" if numbers else ""}
    text = TEMPLATES[_kind(pair)][0].format_map(values).strip()
    return f"{text} {_other_seeds([pair])}".strip() if luck else text


def result(judgement: Judgement, advice: bool = True) -> str:
    """Returns a judgement in one line: the verdict, and the leader's place among the baselines.

    Args:
        advice: Whether to say how many seeds to train where there are too few; a wall has no room for it.
    """
    if len(judgement.pairs) == 1:
        texts = [sentence(judgement.pairs[0], advice=advice, luck=False)]
    else:
        texts = _on_several(judgement, advice)
    seeds = FEWEST if len(judgement.settings) < MANY_SETTINGS else SEEDS_OF_MANY
    texts.append(_other_seeds(_told(judgement), seeds if advice else 0))
    if advice and _has_low_power(judgement):
        things = "settings" if judgement.pairs[0].basis in ARRAYS else "networks"
        texts.append(f"With {len(judgement.settings)} {things} train {SEEDS_OF_MANY} seeds or more of each.")
    return " ".join(filter(None, [*texts, _picked(judgement), beside_baselines(judgement)]))


def _has_low_power(judgement: Judgement) -> bool:
    """Returns whether many settings that are not all told apart have enough seeds for a test, but few for its power."""
    if len(judgement.settings) < MANY_SETTINGS or any(map(_has_few_seeds, judgement.pairs)):
        return False
    fewest = min((len(setting.scores) for setting in judgement.order), default=0)
    return 0 < fewest < SEEDS_OF_MANY and not all(pair.better for pair in judgement.pairs)


def details(pair: Pair) -> list[str]:
    """Returns the numbers behind the verdict on two settings, one per line."""
    if (difference := pair.difference) is None:
        return []
    ahead, behind = pair.ordered
    test, digits = difference.newest, _digits(pair)
    low, high, level = difference.interval
    if ahead is pair.b:
        low, high = -high, -low
    lines = [_won(ahead, behind, pair)] if pair.wins else []
    if not test.paired and pair.reviews != UNCOUNTED:
        lines.append("Not every run stored its single verdicts, so those on the same reviews count as independent.")
    if test.widest:
        lines.append("Seeds of another setting are as far apart, so their variance counts: few seeds may hide it.")
    degrees = f"{test.df:.3g}" if test.df < 100 else f"{test.df:,.0f}"
    over_reviews = f"{'paired ' if test.paired else ''}t over {_things(pair)}"
    kind = f"Welch's t, {degrees} degrees of freedom" if difference.scope == "settings" else over_reviews
    earlier = list(dict.fromkeys(side.earlier_from for side in (pair.a, pair.b) if side.earlier_from))
    lent = f", seed-to-seed variation estimated from {listed(earlier)} too" if earlier and test.spreads else ""
    return [
        f"{ahead.name} − {behind.name}: {percent(ahead.accuracy, digits)} − {percent(behind.accuracy, digits)} = "
        f"{gap(ahead.accuracy, behind.accuracy, digits):.{digits}f} points, {_percent_of(level)} interval "
        f"{points(low, digits)} to {points(high, digits)}{lent}; "
        f"{p_value(test.p, difference.alpha)} ({kind}). {_why(difference)}",
        *lines,
    ]


def wins_text(share: Wins) -> str:
    """Returns how often one setting was ahead, and how often it would be.

    Example:
        >>> wins_text(Wins(1.0, 0.34, 1.0, 9))
        'in all 9 pairs of seeds; newly trained, in 34 to 100 %'
    """
    of_pairs = f"all {share.pairs}" if share.share == 1 else f"{100 * share.share:.0f} % of {share.pairs}"
    return f"in {of_pairs} pairs of seeds; newly trained, in {100 * share.low:.0f} to {100 * share.high:.0f} %"


def _won(ahead: Sample, behind: Sample, pair: Pair) -> str:
    assert pair.wins
    share = pair.wins if ahead is pair.a else pair.wins.turned
    return f"{ahead.name} was ahead of {behind.name} {wins_text(share)}."


def _on_several(judgement: Judgement, advice: bool) -> list[str]:
    """Returns a clause on the leader and all others of each kind."""
    if len(judgement.order) < 2:
        return [sentence(pair) for pair in judgement.pairs if pair.obstacle][:1]
    leader = judgement.order[0]
    by_clause: dict[str, list[Pair]] = {clause: [] for _, clause in TEMPLATES.values()}
    hindered: dict[tuple[Obstacle, str], list[Pair]] = {}
    for _, pair in judgement.against_leader:
        if pair.obstacle in OBSTACLES:
            hindered.setdefault((pair.obstacle, pair.about), []).append(pair)
        else:
            by_clause[TEMPLATES[_kind(pair)][1]].append(pair)
    texts, it = [], ""
    digits = max(_digits(pair) for _, pair in judgement.against_leader)
    for clause, pairs in by_clause.items():
        if not pairs:
            continue
        it = "it" if it else f"{leader.name} ({percent(leader.accuracy, digits)}{_where(pairs[0])})"
        rivals = [
            f"{rival.name} ({percent(rival.accuracy, digits)})" for rival in (pair.other(leader) for pair in pairs)
        ]
        others = listed(rivals, "or" if _kind(pairs[0]) == "unknown" else "and")
        widest = max(pairs, key=lambda pair: pair.difference.newest.half_width(0.05) if pair.difference else 0.0)
        words = _values(widest, advice) | {"it": it, "It": "It" if it == "it" else it, "others": others}
        words["As_trained"] = words["It"] if _has_no_seeds(widest) else f"As trained, {it}"
        texts.append(clause.format_map(words).strip())
    for pairs in hindered.values():
        texts.append(_hindered(pairs[0], leader.name, listed([pair.other(leader).name for pair in pairs])))
    return texts


def _hindered(pair: Pair, name: str, others: str) -> str:
    """Returns why a setting is not compared with others."""
    assert pair.obstacle
    where = WHERE[pair.basis]
    return OBSTACLES[pair.obstacle].format(a=name, others=others, about=pair.about, where=where)


def _kind(pair: Pair) -> str:
    """Returns the key of ``TEMPLATES``."""
    if (difference := pair.difference) is None:
        if pair.obstacle == "too few seeds" and percent(pair.a.accuracy) == percent(pair.b.accuracy):
            return "tie"
        return str(pair.obstacle)
    if difference.scope == "networks":
        if difference.is_equal and not difference.is_decided:
            return "networks equal"
        return "networks differ" if difference.is_decided else "networks unknown"
    if not difference.is_decided:
        return difference.verdict
    if difference.is_equal:
        return "slightly better"
    low, high = difference.limits
    return "roughly better" if high - low >= 2 * USELESS else "better"


def _has_few_seeds(pair: Pair) -> bool:
    is_of_networks = pair.difference is not None and pair.difference.scope == "networks"
    return pair.obstacle == "too few seeds" or is_of_networks


def _told(judgement: Judgement) -> list[Pair]:
    """Returns the pairs of which ``result`` speaks."""
    if len(judgement.pairs) == 1:
        return [*judgement.pairs]
    return [pair for _, pair in judgement.against_leader] if judgement.order else []


def _other_seeds(pairs: Sequence[Pair], advised: int = 0) -> str:
    """Says that other seeds could change what is known of trained networks, and how many of each to train."""
    few = [pair for pair in pairs if _has_few_seeds(pair) and not _has_no_seeds(pair)]
    suffix = " of each"
    if any(pair.a.is_fixed or pair.b.is_fixed for pair in few):
        advised, suffix = advised and FEWEST_BESIDE_FIXED, ""
    if not any(_kind(pair) in ("networks differ", "networks equal") for pair in few):
        return f"Train {advised} seeds or more{suffix}." if few and advised else ""
    one_each = all(len(side.scores) == 1 for pair in few for side in (pair.a, pair.b))
    advice = f": train {advised} or more{suffix}" if advised else ""
    return f"{'Another seed' if one_each else 'Other seeds'} could change that{advice}."


def _has_no_seeds(pair: Pair) -> bool:
    return pair.a.is_fixed and pair.b.is_fixed


def _values(pair: Pair, advice: bool) -> dict[str, str]:
    """Returns what both the sentence and the clause on a pair may name."""
    values = {
        "few": _few(pair),
        "trained": "" if _has_no_seeds(pair) else "trained networks ",
        "reviews": counted(pair.reviews, _thing(pair)),
        "fewest": str(FEWEST_REVIEWS),
    }
    if pair.difference:
        values |= {"by": _by(pair), "margin": in_points(pair.difference.margin)}
    if _kind(pair) == "unknown":
        values |= {"takes": _takes(pair) if advice else ""}
    return values


def _few(pair: Pair) -> str:
    """Says what an undecided lead may be the luck of."""
    seeds = [len(side.scores) for side in (pair.a, pair.b) if not side.is_fixed]
    return "these items" if not seeds else "one seed" if min(seeds) == 1 else "few seeds"


def _thing(pair: Pair) -> str:
    return "item" if pair.basis in ARRAYS else "held-out review"


def _things(pair: Pair) -> str:
    return "items" if pair.basis in ARRAYS else "reviews"


def _where(pair: Pair) -> str:
    seeds = max(len(pair.a.scores), len(pair.b.scores))
    in_the_mean = " in the mean over seeds" if seeds > 1 else ""
    return WHERE[pair.basis].format(reviews=counted(pair.reviews, _thing(pair)), in_the_mean=in_the_mean)


def _by(pair: Pair) -> str:
    """Returns the difference with its interval, from the rounded shares beside it where ± can stand."""
    assert pair.difference
    digits, (ahead, behind) = _digits(pair), pair.ordered
    half, (low, high) = pair.difference.half_width, pair.difference.limits
    lead = f"{gap(ahead.accuracy, behind.accuracy, digits):.{digits}f}"
    if half is not None and half < USELESS:
        return f"{lead} ± {points(half, digits)} points"
    if ahead is pair.b:
        low, high = -high, -low
    span = f"{points(low, digits)} to {points(high, digits)}"
    if pair.better:
        return f"{span} points"
    return f"{lead} points ({span})"


def _digits(pair: Pair) -> int:
    """Returns the decimals of the numbers: more than one where rounding would contradict the verdict."""
    return next((digits for digits in (1, 2, 3) if _agrees(pair, digits)), 4)


def _agrees(pair: Pair, digits: int) -> bool:
    if (difference := pair.difference) is None or difference.is_contradictory:
        return True
    ahead, behind = pair.ordered
    spans = [[round(100 * limit, digits) for limit in difference.limits]]
    if (half := difference.half_width) is not None and half < USELESS:
        lead, half = gap(ahead.accuracy, behind.accuracy, digits), round(100 * half, digits)
        spans.append([round(lead - half, digits), round(lead + half, digits)])
    is_apart = [low > 0 or high < 0 for low, high in spans]
    is_inside = [max(-low, high) <= 100 * difference.margin for low, high in spans]
    return {*is_apart} == {difference.is_decided} and (all(is_inside) or not difference.is_equal)


def _level(pair: Pair) -> str:
    if (difference := pair.difference) is None or difference.is_contradictory:
        return ""
    together = difference.comparisons
    adjusted = f", adjusted for {together:,} comparisons" if together > 1 else ""
    over = f" over {_things(pair)}" if difference.scope == "networks" else ""
    return f"; {_percent_of(difference.level)} interval{over}{adjusted}"


def _percent_of(level: float) -> str:
    return f"{100 * level:.4g} %" if level < 0.99995 else "over 99.99 %"


def _takes(pair: Pair) -> str:
    """Says how many more seeds would show a difference of the margin."""
    assert pair.difference
    low, high = (
        None if seeds is None else max(1, seeds - min(pair.difference.newest.runs))
        for seeds in seeds_to_see(pair.difference)
    )
    text = f"Seeing a difference of {in_points(pair.difference.margin)} with 80 % certainty takes"
    if low is None:
        return f"{text} more {_thing(pair)}s."
    if low > MOST_SEEDS:
        return f"{text} more than {MOST_SEEDS} more seeds of each."
    if high is None or high > MOST_SEEDS:
        return f"{text} at least {counted(low, 'more seed')} of each."
    return f"{text} {f'{low} to ' if low < high else ''}{counted(high, 'more seed')} of each."


def _why(difference: Difference) -> str:
    """Says what p had to reach, and why."""
    together = f", one of {difference.comparisons:,} comparisons" if difference.comparisons > 1 else ""
    look = f"the {ordinal(difference.looks)} look at these seeds" if difference.looks > 1 else "the first look"
    at = f"At {look}{together}" if difference.scope == "settings" else f"For these networks as trained{together}"
    of_looks = "that of this look" if difference.is_contradictory else "what the intervals of all looks share"
    earlier = f" The interval is {of_looks}." if len(difference.tests) > 1 else ""
    equal = f"equal is within {in_points(difference.margin)}"
    if difference.is_decided and difference.newest.p > difference.alpha:
        earlier = f" An earlier look showed it.{earlier}"
    return f"{at}, p up to {difference.alpha:.3g} shows a difference; {equal}.{earlier}"


def _picked(judgement: Judgement) -> str:
    """Says that a pair that was picked among many has to be judged among them."""
    if judgement.picked_from <= len(judgement.settings) or not any(pair.better for pair in judgement.pairs):
        return ""
    many = f"{judgement.picked_from} settings were trained together"
    return f"If these were picked by their results ({many}), compare all: the best of many leads the worst by chance."


def beside_baselines(judgement: Judgement) -> str:
    """Returns the place of the leader, and of whoever shares it, among the baselines."""
    if not judgement.beside_baselines:
        return ""
    if judgement.guessing and {pair.verdict for pair in judgement.beside_baselines} == {"a is better"}:
        return f"A bag of words cannot be told apart from guessing ({percent(judgement.guessing.accuracy)})."
    if not any(pair.difference for pair in judgement.beside_baselines):
        baselines = dict.fromkeys(pair.b for pair in judgement.beside_baselines)
        listed_baselines = (f"{baseline.name} {percent(baseline.accuracy)}" for baseline in baselines)
        return f"Baselines on the same reviews: {', '.join(listed_baselines)}."
    places = {setting.name: _place(judgement, setting) for setting in judgement.order}
    leader = judgement.order[0].name
    if (place := places[leader]) is None:
        return ""
    names = [name for name, other in places.items() if other and _same_place(other, place)]
    return _beside(place, names, len(names) == len(judgement.order))


def _place(judgement: Judgement, setting: Sample) -> Pair | None:
    """Returns the comparison with the lowest baseline that a setting is below, else the lowest that may be as good."""
    beside = [pair for pair in judgement.beside_baselines if pair.a is setting and pair.difference]
    beside.sort(key=lambda pair: pair.b.accuracy)
    below = [pair for pair in beside if pair.verdict == "b is better"]
    undecided = [pair for pair in beside if not pair.better]
    return next(iter([*below, *undecided, *beside[-1:]]), None)


def _same_place(pair: Pair, other: Pair) -> bool:
    return (pair.b, pair.verdict, _has_few_seeds(pair)) == (other.b, other.verdict, _has_few_seeds(other))


def _beside(pair: Pair, names: Sequence[str], is_all: bool) -> str:
    """Returns the sentence on the place of settings, or of trained networks, among the baselines."""
    baseline = f"the {pair.b.name.lower()} ({percent(pair.b.accuracy)})"
    are = "is" if len(names) == 1 else "are"
    who = listed(names)
    if _has_few_seeds(pair):
        who = "All these networks" if is_all and len(names) > 2 else f"{who}, as trained,"
    elif is_all and len(names) > 2:
        who = f"All {len(names)}"
    match pair.verdict:
        case "b is better":
            return f"{who} {are} below {baseline}."
        case "a is better":
            return f"{who} {are} above every baseline, the highest being {baseline}."
        case "equal":
            assert pair.difference
            return f"{who} {are} equal to {baseline} to within {in_points(pair.difference.margin)}."
        case _:
            return f"Whether {who} {are} above or below {baseline} is not yet known."


def points(share: float, digits: int = 1) -> str:
    """Returns a share as percentage points.

    Example:
        >>> points(0.0214), points(-0.004), points(-0.0004)
        ('2.1', '−0.4', '0.0')
    """
    return f"{100 * share:z.{digits}f}".replace("-", "−")


def in_points(share: float) -> str:
    """Returns a margin in words.

    Example:
        >>> in_points(0.01), in_points(0.005)
        ('1 point', '0.5 points')
    """
    return f"{100 * share:g} point{'' if math.isclose(share, 0.01) else 's'}"


def p_value(p: float, alpha: float = 0.05) -> str:
    """Returns a p-value with its significant digits, and as many more as it takes to stay on its side of a level.

    Example:
        >>> [p_value(p) for p in (0.314, 0.0123, 0.00004, 0.0502)]
        ['p = 0.31', 'p = 0.012', 'p < 0.001', 'p = 0.0502']
    """
    if p < min(0.001, alpha):
        return "p < 0.001"
    fewest = 2 if p >= 0.1 else 3
    digits = next((n for n in range(fewest, 9) if (round(p, n) <= alpha) == (p <= alpha)), 9)
    return f"p = {p:.{digits}f}"


def gap(first: float, second: float, digits: int = 1) -> float:
    """Returns the difference of two accuracies in points, computed from the rounded percentages shown beside it.

    Example:
        >>> gap(0.8814, 0.8426), points(0.8814 - 0.8426)
        (3.8, '3.9')
    """
    return round(abs(in_percent(first, digits) - in_percent(second, digits)), digits)
