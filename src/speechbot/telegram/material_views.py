"""What admins are shown of materials: a file before it is added, the list to remove from, questions without answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.telegram import quoting
from speechbot.telegram.admin_views import confirmation, note
from speechbot.telegram.answer_views import shorten, with_buttons
from speechbot.telegram.buttons import Confirm, Task
from speechbot.telegram.replies import Attachment, Button, Reply
from speechbot.wording import zh_admin as zh
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.telegram.deeds import Look
    from speechbot.telegram.gap_groups import Group
    from speechbot.telegram.staging import Twin

LIMIT = 20_000_000  # bytes: what the Bot API lets a bot download
_PAGE = 16  # files on a page, in rows of ``_ROW`` buttons
_ROW = 4
_GROUPS = 40  # groups of questions that are listed
_VARIANTS = 3  # further questions of each


def wrong_type() -> Reply:
    """Which files can be read."""
    return note(zh.UPLOAD_TYPES.format(formats=zh_corpus.FORMATS, limit=LIMIT // 1_000_000))


def too_large(size: int | None) -> Reply:
    """That a bot cannot download so much."""
    limit = LIMIT // 1_000_000
    if size is None:
        return note(zh.UPLOAD_TOO_LARGE.format(limit=limit))
    return note(zh.UPLOAD_LARGE.format(size=-(-size // 1_000_000), limit=limit))


def about(words: str, name: str, **more: object) -> Reply:
    """A sentence about a file."""
    return note(words.format(name=shorten(name, 300), **more))


def preview(name: str, found: Look, twin: Twin, token: str) -> Reply:
    """A file as it would be read, with the question whether to add it."""
    facts = zh.UPLOAD_FACTS.format(
        encoding=found.encoding,
        characters=found.characters,
        speeches=found.speeches,
        sections=found.sections,
        passages=found.passages,
    )
    tree = [_row(*row) for row in found.tree]
    if found.more:
        tree.append(zh.UPLOAD_MORE.format(count=found.more))
    parts = [f"📄 {quoting.strong(shorten(name, 300))}", quoting.escape(facts)]
    if tree:
        parts.append(quoting.fold(quoting.escape("\n".join(tree))))
    parts += [quoting.escape(row) for row in _doubts(found)]
    if twin.replaces:
        parts.append(zh.UPLOAD_REPLACES)
    if twin.same:
        parts.append(quoting.escape(zh.UPLOAD_TWIN.format(name=shorten(twin.same, 200))))
    parts.append(quoting.strong(zh.UPLOAD_ASK))
    return Reply("\n".join(parts), confirmation(Task.UPLOAD, zh.UPLOAD_YES, token))


def _row(depth: int, title: str, count: int) -> str:
    # 26 rows of 80 units leave room for the rest of a message
    shown = shorten(title, 60)
    words = zh.UPLOAD_ROW if count else zh.UPLOAD_ROW_BARE
    indent = zh.UPLOAD_INDENT * min(depth, 6)
    return words.format(indent=indent, title=shown if depth else zh.UPLOAD_SPEECH.format(title=shown), count=count)


def _doubts(found: Look) -> list[str]:
    if not found.kinds:
        return [zh.UPLOAD_NO_DOUBTS]
    kinds = zh.SEPARATOR.join(zh.UPLOAD_KIND.format(kind=kind, count=count) for kind, count in found.kinds)
    head = zh.UPLOAD_DOUBTS.format(count=sum(count for _, count in found.kinds), kinds=kinds)
    rows = [
        zh.UPLOAD_DOUBT.format(line=line, kind=kind, message=shorten(said, 100)) for line, kind, said in found.doubts
    ]
    return [head, *rows]


def removal_list(files: Sequence[tuple[str, str]], page: int, search: str = "") -> Reply:
    """Files to choose from, each a numbered button.

    Args:
        files: Names with the keys that buttons carry.
        page: Which page, from 0; the last one where there are fewer.
        search: Part of a name that they were chosen by; then there is one page only.
    """
    pages = max(1, -(-len(files) // _PAGE))
    page = min(page, pages - 1)
    first = page * _PAGE
    shown = files[first : first + _PAGE]
    words = zh.REMOVE_LIST_PAGE if pages > 1 else zh.REMOVE_LIST
    head = words.format(count=len(files), page=page + 1, pages=pages)
    if search:
        head = zh.REMOVE_MANY.format(count=len(files), name=shorten(search, 200))
    lines = [head]
    lines += [
        zh.REMOVE_ROW.format(number=number, name=shorten(name, 180))
        for number, (name, _) in enumerate(shown, first + 1)
    ]
    buttons = [
        Button(zh.REMOVE_BUTTON.format(number=number), _pick(f"a{key}"))
        for number, (_, key) in enumerate(shown, first + 1)
    ]
    rows = [tuple(buttons[at : at + _ROW]) for at in range(0, len(buttons), _ROW)]
    turn = [Button(zh.REMOVE_PREVIOUS, _pick(f"p{page - 1}"))] if page and not search else []
    turn += [Button(zh.REMOVE_NEXT, _pick(f"p{page + 1}"))] if page + 1 < pages and not search else []
    return Reply(quoting.escape("\n".join(lines)), (*rows, *([tuple(turn)] if turn else [])))


def removal(name: str, key: str) -> Reply:
    """Asks whether to remove a file."""
    text = quoting.escape(zh.REMOVE_ASK.format(name=shorten(name, 300)))
    return Reply(text, confirmation(Task.REMOVE, zh.REMOVE_YES, f"y{key}"))


def _pick(token: str) -> str:
    return Confirm(Task.REMOVE, accepted=True, token=token).pack()


def gaps(groups: Sequence[Group], days: int, *, capped: int = 0) -> list[Reply]:
    """/gaps: groups of questions without a good answer, in as many messages as they take.

    Args:
        groups: The largest first.
        days: Over which they were asked.
        capped: How many questions were compared, where there were more.
    """
    if not groups:
        return [note(zh.GAPS_NONE.format(days=days))]
    questions = sum(len(one.gaps) for one in groups)
    pieces = [quoting.strong(zh.GAPS.format(days=days, questions=questions, groups=len(groups)))]
    pieces += [_group(number, one) for number, one in enumerate(groups[:_GROUPS], 1)]
    tail = [zh.GAPS_MORE.format(count=len(groups) - _GROUPS)] if len(groups) > _GROUPS else []
    tail += [zh.GAPS_CAPPED.format(count=capped)] if capped else []
    pieces += [quoting.escape("\n".join(tail))] if tail else []
    export_button = Button(zh.GAPS_FILE_BUTTON, Confirm(Task.EXPORT, accepted=True, token=str(days)).pack())
    return with_buttons(quoting.pack(pieces), ((export_button,),))


def _group(number: int, found: Group) -> str:
    first, *others = found.gaps
    lines = [quoting.strong(zh.GAPS_ROW.format(number=number, question=_line(first.text)))]
    counts = [(zh.GAPS_UNANSWERED, found.unanswered), (zh.GAPS_DOWN, found.down)]
    lines.append(zh.CLAUSE.join(text.format(count=count) for text, count in counts if count))
    lines += [quoting.escape(zh.GAPS_VARIANT.format(question=_line(one.text))) for one in others[:_VARIANTS]]
    return "\n".join(lines)


def _line(text: str) -> str:
    return shorten(" ".join(text.split()), 150)


def export(content: bytes, count: int, date: str, days: int) -> Reply:
    """/gaps export: the file, and what it is for."""
    if not count:
        return note(zh.GAPS_NONE.format(days=days))
    return Reply(
        quoting.escape(zh.GAPS_EXPORT.format(count=count)),
        attachment=Attachment(zh.GAPS_FILE.format(date=date), content),
    )
