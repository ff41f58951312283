"""A check of the corpus as one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.report.charts import Column, bars, columns
from speechbot.report.elements import Html, element, joined, trusted
from speechbot.report.saving import GENERATOR
from speechbot.report.tree import Places, doubt_words, passage_id, trees
from speechbot.wording import zh_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from speechbot.report.inspection import Inspected, Inspection

_HERE = Path(__file__).parent
# Lower ends of the classes of passage lengths, in characters.
_BINS = (1, 50, 100, 200, 300, 500, 800, 1200)
_DOUBTS = 12  # doubts of a file up to which they are all shown from the start
_OPEN = 3  # files up to which all are unfolded from the start
_DROPPED = 12  # kinds of dropped lines in the figure
_SHARED = 200  # shared paragraphs on the page
_QUOTED = 60  # characters of a shared paragraph


def page(found: Inspection, *, made: datetime) -> str:
    """The whole page.

    Args:
        found: What was looked at.
        made: When, with its time zone.
    """
    style, script = (trusted((_HERE / name).read_text(encoding="utf-8")) for name in ("page.css", "page.js"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="generator", content=GENERATOR),
        element("meta", name="color-scheme", content="light dark"),
        _policy(style, script),
        element("title", zh_report.PAGE_TITLE),
        element("style", style),
    )
    moment = made.strftime("%Y-%m-%d %H:%M")
    body = element(
        "body",
        element(
            "header",
            element("h1", zh_report.PAGE_TITLE),
            element("p", zh_report.PAGE_MADE.format(folder=found.folder, moment=moment)),
            element("p", zh_report.PAGE_HOW, class_="faint"),
            _tiles(found),
        ),
        element("main", _figures(found), _left_out(found), _contents(found), *_files(found), *_shared(found)),
        element("script", script),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang=zh_report.LANGUAGE).text}\n"


def _policy(style: Html, script: Html) -> Html:
    """What the browser may load: our own style and script, known by their hashes, and nothing from anywhere else.

    Even if a text of a file came out as markup, a script in it would not run and a picture would not be fetched.
    """
    rules = (
        "default-src 'none'",
        f"style-src '{_hash(style)}'",
        f"script-src '{_hash(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return element("meta", http_equiv="Content-Security-Policy", content="; ".join(rules))


def _hash(part: Html) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(part.text.encode()).digest()).decode()


def _tiles(found: Inspection) -> Html:
    """The numbers at the top."""
    numbers = (
        len(found.files),
        len(found.speeches),
        found.passages,
        sum(file.characters for file in found.files),
        found.drops().total(),
        found.doubts().total(),
        len(found.skipped) + len(found.failed),
    )
    tiles = (
        element("div", element("b", f"{number:,}"), element("span", name), class_="tile")
        for name, number in zip(zh_report.TILES, numbers, strict=True)
    )
    return element("div", *tiles, class_="tiles")


def _figures(found: Inspection) -> Html:
    """Passages per speech, their lengths, headings by level, kinds of doubts and of lines left out."""
    speeches = found.speeches
    per_speech = [
        Column(
            len(speech.passages),
            zh_report.FIGURE_SPEECH.format(number=number, title=speech.title, count=len(speech.passages)),
            f"s{number}",
        )
        for number, speech in enumerate(speeches, start=1)
    ]
    levels = Counter(section.level for speech in speeches for section in speech.sections)
    doubts = [(zh_report.DOUBTS[kind][0], count) for kind, count in found.doubts().most_common()]
    drops = [(zh_report.DROPS[kind], count) for kind, count in found.drops().most_common(_DROPPED)]
    return element(
        "section",
        element("h2", zh_report.FIGURES),
        element(
            "div",
            _figure(zh_report.FIGURE_SPEECHES, columns(per_speech, title=zh_report.FIGURE_SPEECHES), wide=True),
            _figure(zh_report.FIGURE_LENGTHS, bars(_lengths(found), title=zh_report.FIGURE_LENGTHS)),
            _figure(
                zh_report.FIGURE_LEVELS,
                bars(
                    [(zh_report.LEVEL.format(level=level), levels[level]) for level in sorted(levels)],
                    title=zh_report.FIGURE_LEVELS,
                ),
            ),
            _figure(zh_report.FIGURE_DOUBTS, bars(doubts, title=zh_report.FIGURE_DOUBTS)),
            _figure(zh_report.FIGURE_DROPS, bars(drops, title=zh_report.FIGURE_DROPS)),
            class_="figures",
        ),
    )


def _figure(title: str, drawing: Html, *, wide: bool = False) -> Html:
    note = [element("p", zh_report.FIGURE_SPEECHES_NOTE, class_="faint")] if wide else []
    return element("figure", element("figcaption", title), *note, drawing, class_="wide" if wide else "")


def _lengths(found: Inspection) -> list[tuple[str, int]]:
    """How many passages there are of each class of lengths."""
    lengths = [len(passage.text) for speech in found.speeches for passage in speech.passages]
    rows = []
    for low, following in zip(_BINS, [*_BINS[1:], None], strict=True):
        if following is None:
            rows.append((zh_report.BIN_LAST.format(low=low), sum(low <= length for length in lengths)))
        else:
            label = zh_report.BIN.format(low=low, high=following - 1)
            rows.append((label, sum(low <= length < following for length in lengths)))
    return rows


def _left_out(found: Inspection) -> Html:
    """Files that are not in the index, with the reasons."""
    rows = [zh_report.LEFT_OUT.format(name=name, reason=reason) for name, reason in (*found.failed, *found.skipped)]
    if not rows:
        return joined(())
    return element(
        "section",
        element("h2", zh_report.LEFT_OUT_HEADING),
        element("ul", *(element("li", row) for row in rows), class_="plain"),
    )


def _contents(found: Inspection) -> Html:
    """The list of files, with the box that filters it."""
    header = element("tr", *(element("th", name) for name in zh_report.FILES_HEADER))
    rows = (_row(number, file) for number, file in enumerate(found.files, start=1))
    tools = element(
        "form",
        element("label", zh_report.FILTER_LABEL, element("input", type="search", placeholder=zh_report.FILTER_HINT)),
        element("label", element("input", type="checkbox"), zh_report.FILTER_DOUBTFUL),
        element("output", data_template=zh_report.FILTER_SHOWN),
        element("button", zh_report.OPEN_ALL, type="button", data_open="yes"),
        element("button", zh_report.CLOSE_ALL, type="button", data_open=""),
        class_="tools",
        hidden=True,  # it does nothing without the script, which shows it
    )
    table = element("table", element("thead", header), element("tbody", *rows))
    return element("section", element("h2", zh_report.FILES), tools, element("div", table, class_="scroll"), id="files")


def _row(number: int, file: Inspected) -> Html:
    """A file in the list."""
    counts = (len(file.speeches), file.passages, file.characters, file.sections, len(file.audit.dropped))
    doubts = len(file.audit.doubts)
    return element(
        "tr",
        element("td", str(number)),
        element("td", element("a", file.source.name, href=f"#f{number}"), class_="name"),
        element("td", file.source.encoding),
        *(element("td", f"{count:,}") for count in counts),
        element("td", str(doubts), class_="doubtful" if doubts else ""),
        data_file=f"f{number}",
    )


def _files(found: Inspection) -> Iterable[Html]:
    """Every file, folded where there are many."""
    first = 1
    for number, file in enumerate(found.files, start=1):
        yield _file(f"f{number}", file, first=first, unfolded=len(found.files) <= _OPEN)
        first += len(file.speeches)


def _file(anchor: str, file: Inspected, *, first: int, unfolded: bool) -> Html:
    """One file: what is doubtful, what was left out, its trees."""
    places = Places.of(file, anchor)
    doubts = file.audit.doubts
    facts = zh_report.FILE_FACTS.format(
        encoding=file.source.encoding,
        speeches=len(file.speeches),
        passages=file.passages,
        characters=f"{file.characters:,}",
    )
    badge = [element("b", zh_report.FILE_DOUBTS.format(count=len(doubts)), class_="badge")] if doubts else []
    extracted = [element("p", zh_report.CHECK_EXTRACTED, class_="faint")] if file.extracted else []
    return element(
        "details",
        element("summary", element("span", file.source.name, class_="name"), element("small", facts), *badge),
        *extracted,
        *_doubts(file, places),
        *_drops(file),
        trees(file, places, first=first),
        element("p", element("a", zh_report.BACK, href="#files"), class_="back"),
        class_="file",
        id=anchor,
        open=unfolded,
        data_doubts=str(len(doubts)) if doubts else "",
    )


def _doubts(file: Inspected, places: Places) -> list[Html]:
    """What is doubtful about a file, each linked to its spot."""
    if not file.audit.doubts:
        return []
    rows = (
        element(
            "li",
            element("a", zh_report.DOUBT_PLACE.format(line=doubt.line), href=f"#{places.holding(doubt.start)}"),
            *doubt_words(doubt),
        )
        for doubt in file.audit.doubts
    )
    count = len(file.audit.doubts)
    heading = element("summary", zh_report.DOUBTS_HEADING.format(count=count))
    return [element("details", heading, element("ul", *rows), class_="doubts", open=count <= _DOUBTS)]


def _drops(file: Inspected) -> list[Html]:
    """What was left out of a file, by kind."""
    if not file.audit.dropped:
        return []
    kinds = Counter(item.kind.value for item in file.audit.dropped)
    counts = zh_report.LIST_SEPARATOR.join(
        zh_report.CHECK_KIND.format(kind=zh_report.DROPS[kind], count=count) for kind, count in kinds.most_common()
    )
    heading = zh_report.DROPS_HEADING.format(count=len(file.audit.dropped))
    return [element("p", element("b", heading), element("span", counts, class_="faint"), class_="drops")]


def _shared(found: Inspection) -> Sequence[Html]:
    """Paragraphs that stand in several files, those of the same files together."""
    if not found.shared:
        return ()
    anchors = {file.source.name: f"f{number}" for number, file in enumerate(found.files, start=1)}
    groups: dict[tuple[str, ...], list[Html]] = {}
    for one in found.shared[:_SHARED]:
        words = one.text if len(one.text) <= _QUOTED else one.text[:_QUOTED] + "…"
        places = [
            element(
                "a",
                zh_report.SHARED_PLACE.format(source=place.source, paragraph=place.paragraph),
                href=f"#{passage_id(anchors[place.source], place)}",
            )
            for place in one.places
        ]
        groups.setdefault(one.files, []).append(element("li", words, element("small", *places)))
    folded = (
        element(
            "details",
            element(
                "summary",
                zh_report.CHECK_OVERLAP.format(count=len(rows)),
                *(element("span", name, class_="faint") for name in files),
            ),
            element("ul", *rows),
            class_="branch shared",
        )
        for files, rows in sorted(groups.items(), key=lambda group: -len(group[1]))
    )
    heading = element("h2", zh_report.SHARED_HEADING)
    return (element("section", heading, element("p", zh_report.SHARED_NOTE, class_="faint"), *folded),)
