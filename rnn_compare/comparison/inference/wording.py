"""A judgement in words: the one place that makes sentences of it, called last, by whoever shows it."""

import itertools
import math
from collections.abc import Iterable, Sequence

from ...formatting import counted, in_percent, listed, percent
from .accuracies import ON
from .intervals import FEWEST
from .judgement import (
    FEWEST_BESIDE_FIXED,
    FEWEST_REVIEWS,
    Basis,
    Judgement,
    Obstacle,
    Pair,
    Sample,
)
from .power import seeds_to_see

USELESS = 0.2
"""Half the width of an interval, a share, from which its limits stand for ±."""
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
# Sentences are made by page scripts too (`browser/judging/wording.js`): what follows travels there.
TEMPLATES = {
    "better": ("{ahead} is better than {behind} by {by}{numbers}.", "{It} is better than {others}."),
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
    "too few reviews": (
        "No verdict on {ahead} and {behind} from {reviews}: at least {fewest} are needed to tell them apart.",
        "No verdict from {reviews}: at least {fewest} are needed to tell {it} from {others}.",
    ),
}
"""What is known of two settings: its sentence, and its clause on the leader of several and others."""
OF_NETWORKS = {
    "ahead": "These trained networks differ: {ahead} is ahead of {behind} by {by}{numbers}.",
    "equal": "These trained networks are equal to within {margin}: {ahead} and {behind} differ by {by}{numbers}.",
    "unknown": "These trained networks cannot be told apart: {ahead} and {behind} differ by {by}, which could be "
    "chance{numbers}.",
}
"""What is known of two trained networks as they are; of several ``_standings`` and ``_undecided`` tell it."""
PHRASES = {
    "numbers": " ({ahead} and {behind}{where})",
    "in the mean": " in the mean over seeds",
    "points": "{lead} ± {half} points",
    "limits": "{low} to {high} points",
    "points and limits": "{lead} points ({low} to {high})",
    "reach": "{names} reach {share}",
    "reaches": "{names} reaches {share}",
    "further": "{names} {share}",
    "could be chance": "Which of {names} is ahead could be chance.",
    "one seed": "One seed each: {act} before you conclude.",
    "few seeds": "Few seeds: {act} before you conclude.",
    "repeat": "repeat",
    "train": "train {seeds} or more of each",
    "takes": "A difference of {margin} would probably show with {more}.",
    "more things": "more {things}",
    "too many seeds": "more than {most} more seeds of each",
    "at least": "at least {low} of each",
    "range": "{low} to {high} of each",
    "exactly": "{high} of each",
    "interval": "± is the 95 % interval of the difference, over {over}{together}. {earlier}{more}",
    "earlier": "How far seeds differ is estimated from these and {runs} earlier trainings. ",
    "seeds": "seeds",
    "things": "{things} alone",
    "seeds and things": "seeds and {things}",
    "together": ", corrected for {comparisons} comparisons",
    "other seeds": "Other seeds give other networks.",
    "decided": "Decided: more seeds would only narrow it.",
}
"""Parts of sentences, and what is said once of all verdicts."""
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
        numbers: Whether it has the accuracies in brackets.
        advice: Whether it says how many seeds would see a difference; a wall has no room for it.
        luck: Whether it says that other seeds could change what is known of trained networks.
    """
    if pair.obstacle in OBSTACLES:
        return _hindered(pair, pair.a.name, pair.b.name)
    ahead, behind = pair.ordered
    digits = _digits(pair)
    if pair.obstacle == "too few seeds":
        text = _standings((ahead, behind), digits, _where(pair))
    else:
        first, second = (percent(setting.accuracy, digits) for setting in (ahead, behind))
        shares = PHRASES["numbers"].format(ahead=first, behind=second, where=_where(pair))
        values = _values(pair, advice) | {"ahead": ahead.name, "behind": behind.name}
        values |= {"numbers": shares if numbers else ""}
        template = OF_NETWORKS[_kind(pair)] if _has_few_seeds(pair) else TEMPLATES[_kind(pair)][0]
        text = template.format_map(values).strip()
    return f"{text} {_repeat([pair])}".strip() if luck else text


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
    texts.append(_repeat(_told(judgement), seeds if advice else 0))
    return " ".join(filter(None, [*texts, _picked(judgement), beside_baselines(judgement)]))


def meaning_of_interval(judgement: Judgement) -> str:
    """Returns once for all verdicts what ± stands for, and whether more seeds could change them.

    Each interval covers the true difference with at least 95 %, over all looks; of several pairs those that are not
    told apart are wider, so that with 95 % no equal settings at all are called different (docs/comparison.md).
    """
    pairs = [pair for pair in judgement.pairs if pair.difference]
    if not pairs:
        return ""
    few, things = [*filter(_has_few_seeds, pairs)], "items" if pairs[0].basis in ARRAYS else "reviews"
    over = "seeds" if pairs[0].basis == "accuracies" else "things" if few == pairs else "seeds and things"
    together = PHRASES["together"].format(comparisons=f"{len(pairs):,}") if len(pairs) > 1 else ""
    is_decided = not any(pair.verdict in ("unknown", "contradictory") for pair in _told(judgement))
    more = PHRASES["other seeds" if few else "decided"] if few or is_decided else ""
    about = PHRASES[over].format(things=things)
    lent = {side.name: side.earlier.runs for pair in pairs for side in (pair.a, pair.b) if side.earlier}
    earlier = PHRASES["earlier"].format(runs=sum(lent.values())) if lent and len(few) < len(pairs) else ""
    return PHRASES["interval"].format(over=about, together=together, earlier=earlier, more=more).strip()


def lines(judgement: Judgement) -> list[str]:
    """Returns what a command prints: the judgement, each of several pairs, and what ± stands for."""
    pairs = judgement.pairs if len(judgement.pairs) > 1 else ()
    return [*filter(None, [result(judgement), *map(sentence, pairs), meaning_of_interval(judgement)])]


def _on_several(judgement: Judgement, advice: bool) -> list[str]:
    """Returns a clause on the leader and all others of each kind."""
    if len(judgement.order) < 2:
        return [sentence(pair) for pair in judgement.pairs if pair.obstacle][:1]
    leader, pairs = judgement.order[0], _told(judgement)
    digits = max(map(_digits, pairs))
    by_kind: dict[str, list[Pair]] = {kind: [] for kind in TEMPLATES}
    hindered: dict[tuple[Obstacle, str], list[Pair]] = {}
    few = [pair for pair in pairs if _has_few_seeds(pair)]
    for pair in pairs:
        if pair.obstacle in OBSTACLES:
            hindered.setdefault((pair.obstacle, pair.about), []).append(pair)
        elif pair not in few:
            by_kind[_kind(pair)].append(pair)
    texts, it = [], ""
    for kind, of_kind in by_kind.items():
        if not of_kind:
            continue
        it = "it" if it else f"{leader.name} ({percent(leader.accuracy, digits)}{_where(of_kind[0])})"
        sides = [pair.other(leader) for pair in of_kind]
        others = [f"{side.name} ({percent(side.accuracy, digits)})" for side in sides]
        widest = max(of_kind, key=lambda pair: pair.difference.newest.half_width(0.05) if pair.difference else 0.0)
        words = _values(widest, advice) | {"it": it, "It": "It" if it == "it" else it}
        words["others"] = listed(others, "or" if kind == "unknown" else "and")
        texts.append(TEMPLATES[kind][1].format_map(words).strip())
    if few:
        rivals = sorted((pair.other(leader) for pair in few), key=lambda rival: -rival.accuracy)
        standings = _standings(rivals, digits, "") if it else _standings((leader, *rivals), digits, _where(few[0]))
        texts += [standings, _undecided(leader, few)]
    for of_reason in hindered.values():
        texts.append(_hindered(of_reason[0], leader.name, listed([pair.other(leader).name for pair in of_reason])))
    return texts


def _standings(settings: Sequence[Sample], digits: int, where: str) -> str:
    """Returns the accuracies of settings, the best first, those that look the same together."""
    by_share = itertools.groupby(settings, lambda setting: percent(setting.accuracy, digits))
    groups = [([setting.name for setting in of_share], share) for share, of_share in by_share]
    verbs = itertools.chain(["reach" if len(groups[0][0]) > 1 else "reaches"], itertools.repeat("further"))
    parts = [
        PHRASES[verb].format(names=listed(n), share=share) for (n, share), verb in zip(groups, verbs, strict=False)
    ]
    return f"{', '.join(parts)}{where}."


def _undecided(leader: Sample, few: Iterable[Pair]) -> str:
    """Says which trained networks are not told apart from the leader although their accuracies differ."""
    names = [pair.other(leader).name for pair in few if not pair.winner and pair.a.accuracy != pair.b.accuracy]
    return PHRASES["could be chance"].format(names=listed([leader.name, *names])) if names else ""


def _hindered(pair: Pair, name: str, others: str) -> str:
    """Returns why a setting is not compared with others."""
    assert pair.obstacle
    where = WHERE[pair.basis]
    return OBSTACLES[pair.obstacle].format(a=name, others=others, about=pair.about, where=where)


def _kind(pair: Pair) -> str:
    """Returns the key of ``TEMPLATES``, or of ``OF_NETWORKS``."""
    return pair.verdict.split()[-1] if pair.difference else str(pair.obstacle)


def _has_few_seeds(pair: Pair) -> bool:
    """Returns whether too few seeds are known to say more than of these trained networks."""
    is_of_networks = pair.difference is not None and pair.difference.scope == "networks"
    return is_of_networks or pair.obstacle == "too few seeds"


def _told(judgement: Judgement) -> list[Pair]:
    """Returns the pairs of which ``result`` speaks."""
    if len(judgement.pairs) == 1:
        return [*judgement.pairs]
    return [pair for _, pair in judgement.against_leader] if judgement.order else []


def _repeat(pairs: Sequence[Pair], advised: int = 0) -> str:
    """Says that few seeds show nothing that other seeds could not change, and how many of each to train."""
    few = [side for pair in pairs if _has_few_seeds(pair) for side in (pair.a, pair.b)]
    if not few:
        return ""
    train = PHRASES["train"].format(seeds=advised)
    if any(side.is_fixed for side in few):
        train = f"train {FEWEST_BESIDE_FIXED} or more"
    what = "one seed" if all(len(side.scores) == 1 for side in few) else "few seeds"
    return PHRASES[what].format(act=train if advised else PHRASES["repeat"])


def _values(pair: Pair, advice: bool) -> dict[str, str]:
    """Returns what both the sentence and the clause on a pair may name."""
    values = {"reviews": counted(pair.reviews, _thing(pair)), "fewest": str(FEWEST_REVIEWS), "takes": ""}
    if pair.difference:
        values |= {"by": lead_text(pair), "margin": in_points(pair.difference.margin)}
        if advice and pair.verdict == "unknown" and pair.difference.newest.spreads:
            values |= {"takes": _takes(pair)}
    return values


def _thing(pair: Pair) -> str:
    return "item" if pair.basis in ARRAYS else "held-out review"


def _where(pair: Pair) -> str:
    seeds = max(len(pair.a.scores), len(pair.b.scores))
    in_the_mean = PHRASES["in the mean"] if seeds > 1 else ""
    return WHERE[pair.basis].format(reviews=counted(pair.reviews, _thing(pair)), in_the_mean=in_the_mean)


def lead_text(pair: Pair) -> str:
    """Returns a difference with its interval, from the rounded shares beside it where ± can stand."""
    assert pair.difference
    digits, (ahead, behind) = _digits(pair), pair.ordered
    half, (low, _, high) = pair.difference.half_width, pair.lead
    lead = f"{gap(ahead.accuracy, behind.accuracy, digits):.{digits}f}"
    if half is not None and half < USELESS:
        return PHRASES["points"].format(lead=lead, half=points(half, digits))
    limits = {"low": points(low, digits), "high": points(high, digits)}
    return PHRASES["limits" if pair.winner else "points and limits"].format(lead=lead, **limits)


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


def _takes(pair: Pair) -> str:
    """Says how many more seeds would show a difference of the margin, if there is one, in four of five cases."""
    assert pair.difference
    low, high = (
        None if seeds is None else max(1, seeds - min(pair.difference.newest.runs))
        for seeds in seeds_to_see(pair.difference)
    )
    values: dict[str, object] = {"most": MOST_SEEDS, "things": f"{_thing(pair)}s"}
    if low is None:
        kind = "more things"
    elif low > MOST_SEEDS:
        kind = "too many seeds"
    elif high is None or high > MOST_SEEDS:
        kind, values["low"] = "at least", counted(low, "more seed")
    else:
        kind = "range" if low < high else "exactly"
        values |= {"low": low, "high": counted(high, "more seed")}
    more = PHRASES[kind].format_map(values)
    return PHRASES["takes"].format(margin=in_points(pair.difference.margin), more=more)


def _picked(judgement: Judgement) -> str:
    """Says that a pair that was picked among many has to be judged among them."""
    if judgement.picked_from <= len(judgement.settings) or not any(pair.winner for pair in judgement.pairs):
        return ""
    many = f"{judgement.picked_from} settings were trained together"
    return f"If these were picked by their results ({many}), compare all: the best of many leads the worst by chance."


def beside_baselines(judgement: Judgement) -> str:
    """Returns which baselines the leader does not beat."""
    if not judgement.beside_baselines or not judgement.order:
        return ""
    if judgement.guessing and all(pair.winner is pair.a for pair in judgement.beside_baselines):
        return f"A bag of words cannot be told apart from guessing ({percent(judgement.guessing.accuracy)})."
    leader = judgement.order[0]
    pairs = [pair for pair in judgement.beside_baselines if pair.a is leader]
    pairs.sort(key=lambda pair: pair.b.accuracy)
    if not all(pair.difference for pair in pairs):
        return ""
    by_verb: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.winner is not leader:
            undecided = "does not clearly beat" if leader.accuracy > pair.b.accuracy else "does not beat"
            by_verb.setdefault("is below" if pair.winner else undecided, []).append(_baseline(pair.b))
    parts = [f"{verb} {listed(baselines)}" for verb, baselines in by_verb.items()]
    who = f"{leader.name}, as trained," if any(map(_has_few_seeds, pairs)) else leader.name
    return f"{who} {', and '.join(parts or [f'is above every baseline, the highest being {_baseline(pairs[-1].b)}'])}."


def _baseline(baseline: Sample) -> str:
    name = baseline.name.lower()
    article = "the " if name.startswith("bag") else ""
    return f"{article}{name} ({percent(baseline.accuracy)})"


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


def gap(first: float, second: float, digits: int = 1) -> float:
    """Returns the difference of two accuracies in points, computed from the rounded percentages shown beside it.

    Example:
        >>> gap(0.8814, 0.8426), points(0.8814 - 0.8426)
        (3.8, '3.9')
    """
    return round(abs(in_percent(first, digits) - in_percent(second, digits)), digits)
