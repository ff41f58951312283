"""Questions that the materials do not answer well: alike ones together, and as a file of questions for ``eval``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from speechbot.errors import QuestionError
from speechbot.language.questions import check_question
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from speechbot.telegram.records import Gap

# Cosine from which two questions count as one. With the bundled model, of 21 pairs written as two ways to ask one thing
# 16 reach it, of the 55,601 pairs of different questions in the benchmarks 5, all of which are on one subject. Other
# models spread wider, so that with them fewer questions come together, not wrong ones.
ALIKE = 0.95
# Different questions that are compared, the most frequent first: encoding them takes about ten seconds.
MOST = 2000
# Questions encoded at a time: other work waits a third of a second at most.
CHUNK = 64


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, the most frequent first."""

    gaps: tuple[Gap, ...]

    @property
    def unanswered(self) -> int:
        """How often nothing was found."""
        return sum(gap.unanswered for gap in self.gaps)

    @property
    def down(self) -> int:
        """How many votes found an answer bad."""
        return sum(gap.down for gap in self.gaps)


def group(gaps: Sequence[Gap], vectors: NDArray[np.float32]) -> tuple[Group, ...]:
    """Put alike questions together.

    Each question joins the group whose first, most frequent question is nearest to it, or begins one of its own: every
    member is then close to what stands for the group, and no chain of small steps leads from one subject to another.

    Args:
        gaps: The most frequent first.
        vectors: A unit vector for each.

    Returns:
        The groups with most questions first.
    """
    first = np.empty_like(vectors)
    members: list[list[Gap]] = []
    for gap, vector in zip(gaps, vectors, strict=True):
        likeness = first[: len(members)] @ vector
        if members and likeness.max() >= ALIKE:
            members[int(likeness.argmax())].append(gap)
        else:
            first[len(members)] = vector
            members.append([gap])
    found = [Group(tuple(some)) for some in members]
    return tuple(sorted(found, key=lambda one: -(one.unanswered + one.down)))


def export(
    groups: Sequence[Group], disliked: Mapping[str, Sequence[str]], shown: Callable[[str], Mapping[str, str] | None]
) -> tuple[bytes, int]:
    """A file that ``speechbot eval`` reads as it is, for a maintainer to fill in.

    ``gold`` is empty, which says that the right answer is a refusal: true where the materials do not have the answer.
    Where they do, a snippet of it goes there. Further keys tell what happened; ``eval`` passes over them. Ids come from
    the text, so that a question has the same one in every file.

    Args:
        groups: What is written, in this order.
        disliked: For questions the passages that were voted down.
        shown: A passage by its id: where it stands and its text; None where it is gone.

    Returns:
        The file, and how many questions it has.
    """
    rows: list[str] = []
    for number, one in enumerate(groups, 1):
        for gap in one.gaps:
            try:
                check_question(gap.text)
            except QuestionError:
                continue  # asked under rules that have changed since: eval would refuse the whole file
            row: dict[str, Any] = {
                "id": "gap-" + hashlib.blake2b(gap.text.encode(), digest_size=6).hexdigest(),
                "type": zh_admin.GAP_UNANSWERED if gap.unanswered else zh_admin.GAP_DOWN,
                "question": gap.text,
                "gold": [],
                "group": number,
                "unanswered": gap.unanswered,
                "down": gap.down,
            }
            passages = [found for name in disliked.get(gap.text, ()) if (found := shown(name)) is not None]
            if passages:
                row["shown"] = passages
            rows.append(json.dumps(row, ensure_ascii=False))
    return "".join(f"{row}\n" for row in rows).encode(), len(rows)
