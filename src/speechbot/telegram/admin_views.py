"""What admins are shown of the bot: its state, builds, figures, people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from speechbot.telegram import quoting
from speechbot.telegram.answer_views import shorten
from speechbot.telegram.buttons import Confirm, Judge, Task
from speechbot.telegram.records import Standing
from speechbot.telegram.replies import Button, Reply
from speechbot.wording import zh_admin as zh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.indexing.manifest import Manifest
    from speechbot.indexing.store import Status
    from speechbot.models import IndexReport
    from speechbot.telegram.metrics import Latency
    from speechbot.telegram.records import Person, Usage

Rows = tuple[tuple[Button, ...], ...]

CHINA = timezone(timedelta(hours=8))
_BAR = 10  # characters of a progress bar, and of the longest bar of a chart
_FILES = 5  # files that a report names
_DAYS = 31  # days of a chart
_LISTED = 200  # people of a list: several messages already
_UNITS = ((86_400, zh.DAYS), (3600, zh.HOURS), (60, zh.MINUTES))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is.

    Attributes:
        title: What it is for.
        seconds: Since it began.
        done: Windows encoded.
        total: Windows in all; 0 before that is known.
        left: Seconds that the rest will take about; None where nobody can say yet.
    """

    title: str
    seconds: float
    done: int = 0
    total: int = 0
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """The last build that the bot did."""

    when: float
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class State:
    """All that /status tells.

    Attributes:
        index: The live generation.
        answering: Name of the one that answers.
        last: The last build; None before the first.
        building: The build under way.
        up: Seconds since the bot started.
        today: Questions since midnight.
        latency: How long answers take.
        errors: Since the bot started.
        pending: People who wait to be let in.
        now: Unix seconds.
    """

    index: Status
    answering: str
    last: Built | None
    building: Progress | None
    up: float
    today: Usage
    latency: Latency | None
    errors: int
    pending: int
    now: float


def span(seconds: float) -> str:
    """A length of time in words: its largest unit, rounded down."""
    for size, words in _UNITS:
        if seconds >= size:
            return words.format(count=int(seconds // size))
    return zh.SECONDS.format(count=max(0, round(seconds)))


def when(moment: float, now: float) -> str:
    """A moment on the clock in China, and how long ago that is."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(CHINA).strftime(zh.MOMENT)
    ago = zh.AGO.format(span=span(now - moment)) if now - moment >= 60 else zh.AGO_SECONDS
    return zh.WHEN.format(moment=local, ago=ago)


def failure(reason: str) -> Reply:
    """That something did not work, and why."""
    return Reply(quoting.escape(zh.FAILED.format(reason=shorten(reason, 3000))))


def blamed(error_id: str) -> Reply:
    """That something failed that nobody foresaw."""
    return Reply(quoting.escape(zh.BLAMED.format(id=error_id)))


def note(text: str) -> Reply:
    """A line of our own."""
    return Reply(quoting.escape(text))


def status(state: State) -> Reply:
    """/status."""
    manifest, counts = state.index.manifest, state.index.manifest.counts
    built = datetime.fromisoformat(manifest.created).timestamp()
    size = f"{state.index.size / 1e6:.1f}"
    index = [
        zh.STATUS_GENERATION.format(name=state.index.generation),
        zh.STATUS_BUILT.format(when=when(built, state.now)),
        zh.STATUS_COUNTS.format(
            sources=counts.sources, speeches=counts.speeches, passages=counts.passages, windows=counts.windows
        ),
        zh.STATUS_SIZE.format(size=size, others=len(state.index.generations) - 1),
        zh.STATUS_MODEL.format(name=shorten(manifest.model.name, 200), dim=manifest.model.dim),
        _last(state),
    ]
    if state.answering != state.index.generation:
        index.append(zh.STATUS_STALE.format(name=state.answering))
    if state.building is not None:
        index.append(zh.STATUS_NOW.format(progress=_progress(state.building)))
    today = state.today
    bot = [
        zh.STATUS_UP.format(span=span(state.up)),
        zh.STATUS_TODAY.format(questions=today.questions, found=today.found, people=today.people),
        _latency(state.latency),
    ]
    if state.errors:
        bot.append(zh.STATUS_ERRORS.format(count=state.errors))
    if state.pending:
        bot.append(zh.STATUS_PENDING.format(count=state.pending))
    parts = ((zh.STATUS, index), (zh.STATUS_BOT, bot))
    return Reply("\n\n".join("\n".join([quoting.strong(head), *map(quoting.escape, rows)]) for head, rows in parts))


def _last(state: State) -> str:
    if state.last is None:
        return zh.STATUS_LAST_NONE
    return zh.STATUS_LAST.format(when=when(state.last.when, state.now), outcome=state.last.outcome)


def _latency(found: Latency | None) -> str:
    if found is None:
        return zh.STATUS_NO_LATENCY
    return zh.STATUS_LATENCY.format(median=round(found.median * 1000), p95=round(found.p95 * 1000), count=found.count)


def queued(title: str) -> Reply:
    """That a build waits for another."""
    return note(zh.BUILD_QUEUED.format(title=shorten(title, 300)))


def building(progress: Progress) -> Reply:
    """A build under way."""
    return note(_progress(progress))


def busy(progress: Progress) -> Reply:
    """That a build is under way already, and how far."""
    return note(f"{zh.BUILD_BUSY}\n{_progress(progress)}")


def _progress(found: Progress) -> str:
    title, elapsed = shorten(found.title, 300), span(found.seconds)
    if not found.total:
        return zh.BUILD_STARTING.format(title=title, elapsed=elapsed)
    if found.done >= found.total:
        return zh.BUILD_CHECKING.format(title=title, bar="▓" * _BAR, elapsed=elapsed)
    share = found.done / found.total
    filled = int(share * _BAR)
    return zh.BUILD_RUNNING.format(
        title=title,
        bar="▓" * filled + "░" * (_BAR - filled),
        percent=int(share * 100),
        done=found.done,
        total=found.total,
        elapsed=elapsed,
        left="" if found.left is None else zh.BUILD_LEFT.format(span=span(found.left)),
    )


def built(title: str, report: IndexReport, seconds: float, *, live: bool) -> Reply:
    """What a build did."""
    head = zh.BUILD_IDLE if report.idle else zh.BUILD_DONE
    lines = [head.format(title=shorten(title, 300), span=span(seconds))]
    if not report.idle:
        lines.append(_changes(report))
    lines.append(zh.BUILD_TOTAL.format(sources=report.sources, speeches=report.speeches, passages=report.passages))
    lines += _files(zh.BUILD_UNREAD, report.failed) + _files(zh.BUILD_SKIPPED, report.skipped)
    if report.missed:
        lines.append(zh.BUILD_MISSED.format(ids=shorten(zh.SEPARATOR.join(report.missed), 500)))
    if not live:
        lines.append(zh.BUILD_NOT_LIVE)
    elif not report.idle:
        lines.append(zh.BUILD_LIVE)
    return note("\n".join(lines))


def _changes(report: IndexReport) -> str:
    """How many paragraphs changed, each kind where there are any."""
    counts = [
        (zh.BUILD_ADDED, report.added),
        (zh.BUILD_CHANGED, report.changed),
        (zh.BUILD_REMOVED, report.removed),
        (zh.BUILD_UNCHANGED, report.unchanged),
    ]
    if not any(count for _, count in counts[:-1]):
        return zh.BUILD_SAME.format(count=report.unchanged)
    return zh.CLAUSE.join(words.format(count=count) for words, count in counts if count)


def _files(head: str, files: Sequence[tuple[str, str]]) -> list[str]:
    if not files:
        return []
    rows = [zh.BUILD_FILE.format(name=shorten(name, 100), reason=shorten(why, 150)) for name, why in files[:_FILES]]
    return [head.format(count=len(files)), *rows, *([zh.BUILD_MORE] if len(files) > _FILES else [])]


def refused(title: str, reason: str, *, restored: bool = False, rows: Rows = ()) -> Reply:
    """That a build failed; the buttons try again."""
    text = zh.BUILD_REFUSED.format(title=shorten(title, 300), reason=shorten(reason, 2500))
    return Reply(quoting.escape(text + (f"\n{zh.BUILD_RESTORED}" if restored else "")), rows)


def died(code: int | None, sentence: str = zh.BUILD_DIED) -> str:
    """How a process ended, in words."""
    number = 0 if code is None else code
    shown = zh.BUILD_SIGNAL if number < 0 else zh.BUILD_CODE
    return sentence.format(code=shown.format(code=abs(number)))


def stopped(title: str) -> Reply:
    """That the bot ended before a build did."""
    return note(zh.BUILD_STOPPED.format(title=shorten(title, 300)))


def rollback(name: str, manifest: Manifest, current: str, now: float, *, changed: bool = False) -> Reply:
    """Asks whether to go back to a generation; ``changed`` where it was asked before of another."""
    counts = manifest.counts
    text = zh.ROLLBACK_ASK.format(
        name=name,
        when=when(datetime.fromisoformat(manifest.created).timestamp(), now),
        sources=counts.sources,
        speeches=counts.speeches,
        passages=counts.passages,
    )
    return Reply(
        quoting.escape(
            "\n".join([*([zh.ROLLBACK_CHANGED] if changed else []), text, zh.ROLLBACK_NOW.format(name=current)])
        ),
        confirmation(Task.ROLLBACK, zh.ROLLBACK_YES, name),
    )


def confirmation(task: Task, yes: str, token: str) -> Rows:
    """Buttons to go on with something, or to drop it."""
    go = Button(yes, Confirm(task, accepted=True, token=token).pack())
    return ((go, Button(zh.CANCEL, Confirm(task, accepted=False, token=token).pack())),)


def stats(usage: Usage, days: int, speeches: Sequence[tuple[str, int]]) -> Reply:
    """/stats: figures, a bar for each day, the speeches that answered most."""
    if not usage.questions:
        return note(zh.STATS_NONE.format(days=days))
    lines = [
        quoting.strong(zh.STATS.format(days=days, questions=usage.questions, people=usage.people)),
        zh.STATS_FOUND.format(found=usage.found, percent=round(100 * usage.found / usage.questions)),
        zh.STATS_VOTES.format(up=usage.up, down=usage.down),
    ]
    if usage.median_ms is not None and usage.p95_ms is not None:
        lines.append(zh.STATS_LATENCY.format(median=round(usage.median_ms), p95=round(usage.p95_ms)))
    shown = usage.days[-_DAYS:]
    highest = max((day.questions for day in shown), default=1)
    rows = [
        zh.STATS_DAY.format(
            date=day.date[5:], bar=zh.STATS_BAR * max(1, round(_BAR * day.questions / highest)), count=day.questions
        )
        for day in shown
    ]
    lines += ["", f"<code>{quoting.escape(chr(10).join(rows))}</code>"]
    if len(usage.days) > _DAYS:
        lines.append(zh.STATS_DAYS.format(count=_DAYS))
    if speeches:
        lines += ["", zh.STATS_SPEECHES]
    for number, (title, count) in enumerate(speeches, 1):
        lines.append(quoting.escape(zh.STATS_SPEECH.format(number=number, title=shorten(title, 100), count=count)))
    return Reply("\n".join(lines))


def person(someone: Person, *, configured: bool = False) -> str:
    """Who somebody is, as plain text: name, number, user name."""
    name, number = _name(someone.name), zh.USERS_ID.format(id=someone.user_id)
    facts = [number if name else zh.USERS_NAMELESS]
    if someone.username:
        facts.append(f"@{shorten(someone.username, 40)}")
    if configured:
        facts.append(zh.USERS_CONFIGURED)
    return zh.USERS_PERSON.format(name=name or number, facts=zh.CLAUSE.join(facts))


def group(title: str, chat: int, facts: Sequence[str]) -> str:
    """Which group it is, as plain text."""
    name, number = _name(title), zh.USERS_ID.format(id=chat)
    first = number if name else zh.USERS_NAMELESS
    return zh.USERS_PERSON.format(name=name or number, facts=zh.CLAUSE.join([first, *facts]))


def _name(given: str) -> str:
    """A name on one line; "" where there is none that can be seen."""
    return shorten(" ".join(given.split()), 80).strip()


def request(someone: Person) -> Reply:
    """That somebody wants to be let in."""
    return Reply(quoting.escape(zh.REQUEST.format(person=person(someone))), (_judge(someone.user_id),))


def pending(people: Sequence[Person]) -> Reply:
    """Who waits to be let in, each with buttons."""
    if not people:
        return note(zh.JUDGE_NO_PENDING)
    lines = [quoting.strong(zh.USERS_PENDING.format(count=len(people)))]
    rows: list[tuple[Button, ...]] = []
    for number, one in enumerate(people, 1):
        lines.append(quoting.escape(zh.USERS_ROW.format(number=number, person=person(one))))
        rows.append(_judge(one.user_id, number))
    return Reply("\n".join(lines), tuple(rows))


def _judge(user: int, number: int | None = None) -> tuple[Button, ...]:
    yes = zh.JUDGE_YES if number is None else zh.JUDGE_YES_NUMBER.format(number=number)
    no = zh.JUDGE_NO if number is None else zh.JUDGE_NO_NUMBER.format(number=number)
    return (Button(yes, Judge(user, allowed=True).pack()), Button(no, Judge(user, allowed=False).pack()))


def decided(someone: Person, standing: Standing) -> Reply:
    """What was decided about somebody."""
    words = zh.JUDGE_ALLOWED if standing is Standing.ALLOWED else zh.JUDGE_DENIED
    return note(words.format(person=person(someone)))


def decided_before(someone: Person) -> str:
    """That somebody else was quicker, and how to decide otherwise."""
    words = zh.JUDGE_BEFORE_ALLOWED if someone.standing is Standing.ALLOWED else zh.JUDGE_BEFORE_DENIED
    return words.format(person=person(someone), id=someone.user_id)


def users(sections: Sequence[tuple[str, Sequence[str]]], *, is_open: bool) -> list[Reply]:
    """/users without those who wait, in as many messages as they take.

    Args:
        sections: Each a head and its rows of plain text.
        is_open: Whether everybody may ask.
    """
    pieces = [quoting.escape(zh.USERS_OPEN)] if is_open else []
    for head, rows in sections:
        if rows:
            shown = [quoting.escape(row) for row in rows[:_LISTED]]
            more = [zh.USERS_MORE.format(count=len(rows) - _LISTED)] if len(rows) > _LISTED else []
            pieces += [quoting.strong(head.format(count=len(rows))), *shown, *more]
    return [Reply(message) for message in quoting.pack(pieces or [zh.USERS_NOBODY], between="\n")]
