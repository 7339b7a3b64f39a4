"""docs/accessibility.md lists all criteria of WCAG 2.2 at level A and AA, and what is said to be met has a test."""

import re
from collections import Counter

from tests.kit.servers import PROJECT

REPORT = (PROJECT / "docs/accessibility.md").read_text(encoding="utf-8")
LEVELS = {
    "A": "1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 "
    "2.4.4 2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2",
    "AA": "1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 "
    "3.1.2 3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3",
}
ROWS = re.findall(r"^\| ([\d.]+) [^|]+ \| (A+) \| ([a-z ]+) \| ([a-z, ]*)\|$", REPORT, re.MULTILINE)
TESTS = {
    key: (file, name)
    for key, file, name in re.findall(r"^- \*\*(\w+)\*\*:\s+`([^`:]+)::(?:`\s+`)?([^`]+)`", REPORT, re.MULTILINE)
}


def named(tests: str) -> list[str]:
    return [key for key in tests.strip().split(", ") if key]


def test_every_criterion_stands_once_with_its_level() -> None:
    expected = [(number, level) for level, numbers in LEVELS.items() for number in numbers.split()]
    assert len(expected) == 55
    assert Counter((number, level) for number, level, *_ in ROWS) == Counter(expected)


def test_what_is_supported_has_tests_and_what_is_not_is_explained() -> None:
    for number, _, conformance, tests in ROWS:
        assert conformance in ("supports", "partially supports", "does not support", "not applicable"), number
        assert named(tests) or conformance != "supports", f"{number} names no test"
        assert conformance in ("supports", "not applicable") or f"- **{number} " in REPORT, f"{number} is not explained"


def test_each_test_is_there_and_each_one_listed_is_named() -> None:
    for key, (file, name) in TESTS.items():
        source = (PROJECT / file).read_text(encoding="utf-8")
        assert f"def {name}(" in source or f'test("{name}' in source, f"{key}: {file} has no {name}"
    assert {key for *_, tests in ROWS for key in named(tests)} == set(TESTS)
