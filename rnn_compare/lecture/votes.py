"""The answers of a lecture's devices, and how sure they are, by question and round."""

from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.controls import Answer


class Votes:
    """The answers of one lecture. One thread at a time may change it; any thread may read it."""

    def __init__(self, record: ClassroomRecord, lecture: int) -> None:
        self._record, self._lecture = record, lecture
        self._answers, self._confidence = record.answers(lecture), record.confidence(lecture)

    def rounds(self, question: str) -> list[dict[str, Answer]]:
        """Returns the answers to a question by device, for each round with answers."""
        return [dict(self._answers[key]) for key in sorted(tuple(self._answers)) if key[0] == question]

    def confidence(self, question: str) -> dict[str, int]:
        """Returns by device how sure the last round's answers to a question are, as an index into ``CONFIDENCE``."""
        last = max((key for key in tuple(self._answers) if key[0] == question), default=("", 0))
        return dict(self._confidence.get(last, {}))

    def current(self, state: State) -> dict[str, Answer]:
        """Returns the answers to the current question, in its present round."""
        return self._answers.get((state.question.id, state.round), {}) if state.question else {}

    def level(self, state: State, device: str) -> int | None:
        """Returns how sure a device is of its present answer; None if it gave none."""
        return self._confidence.get((state.question.id, state.round), {}).get(device) if state.question else None

    def add(self, question: str, round_: int, device: str, answer: Answer, level: int | None) -> None:
        """Stores a device's answer with its confidence, in place of its earlier one."""
        self._record.save_answer(self._lecture, question, round_, device, answer, level)
        self._answers.setdefault((question, round_), {})[device] = answer
        levels = {name: known for name, known in self._confidence.get((question, round_), {}).items() if name != device}
        self._confidence[question, round_] = levels if level is None else levels | {device: level}
