"""The tables and the figure about the peers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]

OURS = "speechbot"
NAMES = {
    OURS: "speechbot",
    "txtai": "txtai",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "haystack": "Haystack",
}
# The package whose version stands for each.
PACKAGES = {
    "txtai": "txtai",
    "langchain": "langchain-classic",
    "llamaindex": "llama-index-core",
    "haystack": "haystack-ai",
}
SETS = {
    "cmrc2018_dev": "CMRC2018",
    "drcd_dev": "DRCD",
    "drcd_dev, folded": "DRCD, simplified",
    "stard_law": "STARD",
}
# In CSS pixels.
_WIDTH, _LABEL, _BAR, _STEP, _HEAD, _ACROSS = 290, 92, 130, 22, 34, 3


def _times(value: float, ours: float) -> str:
    ratio = value / ours
    return f"×{ratio:.2f}" if ratio < 10 else f"×{ratio:.0f}"


def _cell(value: float, ours: float, digits: int) -> str:
    """A figure with its ratio to ours, where it is not ours."""
    shown = f"{value:,.{digits}f}"
    return shown if value == ours else f"{shown} ({_times(value, ours)})"


def quality(record: dict[str, Any], table: Table) -> str:
    """R@1, R@10 and MRR@10 of every contestant on every set."""
    sets = record["results"]["sets"]
    versions = record["settings"]["versions"]
    header = ("R@1 / R@10 / MRR@10", *(SETS[name] for name in sets))
    rows = []
    for peer, shown in NAMES.items():
        version = f" {versions[peer][PACKAGES[peer]]}" if peer in versions else ""
        cells = (" / ".join(f"{found[peer][key]:.4f}" for key in ("r1", "r10", "mrr10")) for found in sets.values())
        rows.append((f"{shown}{version}", *cells))
    return table(header, rows)


def costs(record: dict[str, Any], table: Table) -> str:
    """What every contestant takes on the set whose cold start was timed."""
    name = record["settings"]["cold_start"]["set"]
    found, started = record["results"]["sets"][name], record["results"]["cold_start"]
    columns: dict[str, tuple[int, Callable[[str], float]]] = {
        "passages/s": (1, lambda peer: found[peer]["passages_per_second"]),
        "without encoding": (0, lambda peer: found[peer]["without_encoding"]),
        "median ms": (1, lambda peer: found[peer]["ask"]["ms"]["median"]),
        "p95 ms": (1, lambda peer: found[peer]["ask"]["ms"]["p95"]),
        "cold start s": (2, lambda peer: started[peer]["seconds"]["median"]),
        "resident MB": (0, lambda peer: found[peer]["ask"]["memory_mb"]["VmRSS"]),
        "disk MB": (1, lambda peer: found[peer]["build"]["disk_mb"]),
    }
    rows = [
        (shown, *(_cell(read(peer), read(OURS), digits) for digits, read in columns.values()))
        for peer, shown in NAMES.items()
    ]
    return table((SETS[name], *columns), rows)


def peers(record: dict[str, Any], table: Table) -> str:
    """Both, and how large the sets are."""
    settings = record["settings"]
    sizes = "; ".join(
        f"{SETS[name]} {size['passages']:,} passages, {size['questions']:,} questions"
        for name, size in settings["sets"].items()
    )
    rounds = settings["cold_start"]["rounds"]
    note = f"{sizes}. Cold start: median of {rounds}; resident: after {settings['memory_after_questions']} questions."
    return f"{quality(record, table)}\n\n{costs(record, table)}\n\n{note}"


def plot(record: dict[str, Any]) -> str:
    """The figure: six small bar charts as SVG."""
    results = record["results"]
    name = record["settings"]["cold_start"]["set"]
    found, started = results["sets"][name], results["cold_start"]

    def of_set(one: str) -> Callable[[str], float]:
        return lambda peer: results["sets"][one][peer]["mrr10"]

    shown = [one for one in results["sets"] if one != "drcd_dev, folded"]
    panels = [(f"MRR@10, {SETS[one]}", of_set(one), 3) for one in shown]
    panels += [
        (f"ms a question (median), {SETS[name]}", lambda peer: found[peer]["ask"]["ms"]["median"], 1),
        ("s from a cold start to an answer", lambda peer: started[peer]["seconds"]["median"], 2),
        ("MB resident after 100 questions", lambda peer: found[peer]["ask"]["memory_mb"]["VmRSS"], 0),
    ]
    parts = [_panel(number, *panel) for number, panel in enumerate(panels)]
    high = _HEAD + _STEP * len(NAMES) + 12
    width, height = _WIDTH * min(_ACROSS, len(panels)), high * -(-len(panels) // _ACROSS)
    style = (
        "text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.end{text-anchor:end}"
        "rect{fill:#8c959f}.ours{fill:#b3261e}.paper{fill:#fff}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
            f"<title>{escape(', '.join(title for title, _, _ in panels))}</title>",
            f"<style>{style}</style>",
            f'<rect class="paper" width="{width}" height="{height}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _panel(number: int, title: str, read: Callable[[str], float], digits: int) -> str:
    """One chart."""
    across, down = number % _ACROSS, number // _ACROSS
    values = {peer: read(peer) for peer in NAMES}
    most = max(values.values())
    lines = [
        f'<g transform="translate({across * _WIDTH} {down * (_HEAD + _STEP * len(NAMES) + 12)})">',
        f'<text class="title" x="10" y="22">{escape(title)}</text>',
    ]
    for row, (peer, value) in enumerate(values.items()):
        top, length = _HEAD + row * _STEP, max(1.0, _BAR * value / most)
        own = ' class="ours"' if peer == OURS else ""
        lines += [
            f'<text class="end" x="{_LABEL - 6}" y="{top + 14}">{escape(NAMES[peer])}</text>',
            f'<rect{own} x="{_LABEL}" y="{top + 3}" width="{length:.1f}" height="14" rx="2"/>',
            f'<text x="{_LABEL + length + 5:.1f}" y="{top + 14}">{value:,.{digits}f}</text>',
        ]
    return "\n".join([*lines, "</g>"])
