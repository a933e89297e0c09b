"""How is an answer that is asked for again and again remembered, at the cost of a dict's lookup?

An LRU cache moves every answer it gives to the front, which costs twice the lookup itself when memory is cold.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Memory(dict[Question, Answer]):
    """`memory[question]`: computed when not known. Two generations; the elder is forgotten when the younger is full."""

    def __init__(self, compute: Callable[[Question], Answer], *, generation: int) -> None:
        super().__init__()
        self._compute = compute
        self._generation = generation
        self._elder: dict[Question, Answer] = {}

    def __missing__(self, question: Question) -> Answer:
        answer = self._elder[question] if question in self._elder else self._compute(question)
        if len(self) >= self._generation:
            self._elder = dict(self)
            self.clear()
        self[question] = answer
        return answer
