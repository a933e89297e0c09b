"""Does a memory answer like its function, and stay bounded?"""

from hypothesis import given
from hypothesis import strategies as st

from ingest.domain.memory import Memory


@given(questions=st.lists(st.integers(0, 9), max_size=60))
def test_it_answers_like_its_function_and_stays_bounded(questions: list[int]) -> None:
    memory: Memory[int, int] = Memory(lambda question: -question, generation=3)
    for question in questions:
        assert memory[question] == -question
        assert len(memory) <= 3


def test_what_was_asked_lately_is_not_computed_again() -> None:
    asked: list[str] = []

    def compute(question: str) -> str:
        asked.append(question)
        return question.upper()

    memory = Memory(compute, generation=2)
    assert [memory[question] for question in ("a", "b", "a", "c", "b", "a")] == ["A", "B", "A", "C", "B", "A"]
    assert asked == ["a", "b", "c"]
