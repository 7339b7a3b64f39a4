"""A question's votes, on the wall and in the notes."""

from collections.abc import Sequence
from typing import Any

from rnn_compare.charts.palette import look
from rnn_compare.lecture.controls import Answer, Tally
from rnn_compare.lecture.lecture_file import Press
from rnn_compare.lecture.peer_instruction import advice, by_confidence, comparison, percentage, sure_and_wrong
from rnn_compare.lecture.questions import Question, QuestionOutcome, is_right, tally
from rnn_compare.lecture.scene import Scene

ROUNDS = ("first vote", "after discussion")
REPEATED = ("at the start", "now")
"""Legend of a question that repeats an earlier one: the first answers, and the last."""


def tallies(question: Question, rounds: Sequence[Sequence[Answer]]) -> list[Tally]:
    """Returns the tallies of the first round and, if there are several, of the last, with the same bars."""
    compared = [rounds[0], rounds[-1]] if len(rounds) > 1 else list(rounds)
    return [tally(question, answers, [answer for others in compared for answer in others]) for answers in compared]


def rounds_of(scene: Scene, question: Question) -> list[list[Answer]]:
    """Returns the answers of each round, after those to the question that it repeats."""
    rounds = [*scene.answers(question)]
    if rounds and question.repeats:
        rounds[:0] = [list(answers.values()) for answers in scene.classroom.votes.rounds(question.repeats)[:1]]
    return rounds


def bars(scene: Scene, question: Question, outcome: QuestionOutcome | None) -> dict[str, Any]:
    """Returns a question's bars as data: tallies, their legend, and the colours of networks among the labels.

    An outcome that is known is marked also where nobody answered.
    """
    counted = tallies(question, rounds_of(scene, question))
    if not counted and question.choices and outcome and outcome.answer is not None:
        counted = tallies(question, [[]])
    legend = REPEATED if question.repeats else ROUNDS
    colors = {network.name: look(network).color for network in scene.networks} if question.offers_networks else {}
    return {"tallies": counted, "legend": list(legend) if len(counted) > 1 else [], "colors": colors}


def score(right: int, answered: int) -> str:
    """Returns how many answers were right, as text.

    Example:
        >>> score(31, 120)
        '31 of 120 correct'
    """
    return f"{right:,} of {answered:,} correct"


def score_of(scene: Scene, question: Question) -> str:
    """Returns how many answers of the last round were right; "" if that is not known, or where nobody answered."""
    outcome, rounds = scene.outcome(question), scene.answers(question)
    right = [is_right(question, answer, outcome) for answer in (rounds[-1] if rounds else [])]
    return score(sum(map(bool, right)), len(right)) if right and None not in right else ""


def surprised(scene: Scene, question: Question) -> str:
    """Returns how many were sure and wrong, in a sentence; "" if that is not known."""
    votes = (scene.classroom.votes.rounds(question.id) or [{}])[-1]
    levels = scene.classroom.votes.confidence(question.id)
    return sure_and_wrong(question, votes, levels, scene.outcome(question))


def discussion(scene: Scene) -> str:
    """Returns whom to discuss with; "" before a discussion."""
    state, is_open = scene.state, scene.state.phase == "open"
    whom = "whoever has the same sign on the phone" if state.neighbours else "your neighbour"
    vote = ", then vote again" if is_open else ""
    return f"Discuss it with {whom}{vote}." if state.neighbours or (is_open and state.round > 1) else ""


def sentences(scene: Scene, question: Question) -> list[str]:
    """Returns for the presenter what a closed vote says: score, confidence, advice, changes and gain."""
    rounds, earlier = (scene.classroom.votes.rounds(name) for name in (question.id, question.repeats))
    outcome, answers, is_drawn = scene.outcome(question), scene.answers(question), question.control.is_drawn

    def judged(answer: Answer) -> bool | None:
        return is_right(question, answer, outcome)

    right, sentences = [judged(answer) for answer in answers[-1]] if answers else [], list[str]()
    count, is_known = sum(map(bool, right)), bool(right) and None not in right
    if is_known:
        sentences.append(f"{score(count, len(right))}{percentage(count, len(right))}.")
    if rounds and question.confidence:
        levels = scene.classroom.votes.confidence(question.id)
        sentences.append(by_confidence(question, rounds[-1], levels, outcome))
    if question.id in scene.lecture.repeated:
        sentences.append("This question comes again later: do not give the answer.")
    elif scene.state.phase != "revealed" and rounds and not is_drawn:
        count = count if is_known else max(tallies(question, answers)[-1].counts)
        sentences.append(advice(count, len(right), is_known, len(rounds) > 1))
    if len(rounds) > 1:
        sentences.append(comparison(question, rounds[0], rounds[-1], judged))
    if rounds and earlier:
        sentences.append(f"Since the first time: {comparison(question, earlier[0], rounds[0], judged)}")
    return [sentence for sentence in sentences if sentence]


def presses(scene: Scene) -> list[Press]:
    """Returns the presenter's buttons for the vote."""
    counts, phase = scene.classroom.counts(), scene.state.phase
    again = {"label": "Discuss and vote again" if counts.answered else "Reopen the vote", "press": "vote_again"}
    show = {"label": "Show the answers", "press": "show_answers", "primary": not scene.comes_again}
    help_ = "Each phone shows a sign, which a phone nearby with another answer shows too."
    pair = [] if scene.state.neighbours else [{"label": "Pair phones", "press": "pair", "help": help_}]
    go_on = {"label": "Go on without showing them", "press": "show_next_step", "primary": scene.comes_again}
    close = {"label": "Close the vote", "press": "close_vote", "primary": True}
    if phase == "idle":
        return [{"label": "Open the vote", "press": "open_vote", "primary": True}]
    if phase == "open":
        return [{"label": "Go on", "press": "next", "primary": True} if scene.has_no_phone else close]
    if phase == "closed":
        return [show, *pair, again, go_on]
    return [*pair, again] if phase == "shown" else []
