"""What the parser finds in public speeches: their origin, sections, passages, what it leaves out, and how fast it is.

Reads ``../shared/bench/speeches`` and the text files of ``../shared/bench/files`` (another place with ``--bench``), prints one
table per collection, writes
``benchmarks/structure.json``. Counts only: no text of the collections is recorded.

    python benchmarks/structure.py
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import record

from speechbot.errors import SourceError
from speechbot.parsing.furniture import furniture
from speechbot.parsing.headings import match_heading
from speechbot.parsing.lines import LONGEST, PART
from speechbot.parsing.parser import parse, roles
from speechbot.reading.corpus import Material, read_material

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speechbot.models import Source

TEXT = {".txt", ".md"}
ROUNDS = 3  # the fastest one counts: others use the machine as well
KEPT = ("passage", "heading")
SHARES = (0, 10, 50, 90, 99, 100)


@dataclass(slots=True)
class Tally:
    """Counts over the files of one collection."""

    files: int = 0
    speeches: int = 0
    several: int = 0
    origins: Counter[str] = field(default_factory=Counter)
    without_sections: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    lengths: list[int] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, source: Source) -> None:
        """Count one file."""
        speeches = parse(source)
        self.seconds.append(min(timed(source) for _ in range(ROUNDS)))
        sections = [section for speech in speeches for section in speech.sections]
        self.files += 1
        self.speeches += len(speeches)
        self.several += len(speeches) > 1
        self.origins.update(
            name for speech in speeches for name in ("date", "speaker", "occasion", "aliases") if getattr(speech, name)
        )
        self.without_sections += not sections
        self.levels.update(section.level for section in sections)
        self.kinds.update(section.kind for section in sections)
        self.lengths += [len(passage.text) for speech in speeches for passage in speech.passages]
        for role, length in roles(source):
            self.lines[role] += 1
            self.characters[role] += length

    def to_dict(self) -> dict[str, Any]:
        """The counts as they are written."""
        lengths = sorted(self.lengths)
        total = self.characters.total()
        dropped = total - sum(self.characters[role] for role in KEPT)
        return {
            "files": self.files,
            "speeches": self.speeches,
            "files_with_several_speeches": self.several,
            "speeches_with": {name: self.origins[name] for name in ("date", "speaker", "occasion", "aliases")},
            "files_without_sections": self.without_sections,
            "sections_per_level": {str(level): self.levels[level] for level in sorted(self.levels)},
            "sections_per_kind": dict(self.kinds.most_common()),
            "passages": len(lengths),
            "passages_too_long": sum(length > LONGEST for length in lengths),
            "passage_length_percentiles": {
                str(share): lengths[min(len(lengths) - 1, len(lengths) * share // 100)] for share in SHARES
            },
            "characters": total,
            "characters_in_passages": self.characters["passage"],
            "characters_in_headings": self.characters["heading"],
            "dropped_share": round(dropped / total, 5),
            "dropped": {
                role: {"lines": count, "characters": self.characters[role]}
                for role, count in self.lines.most_common()
                if role not in KEPT
            },
            "parse_seconds": round(sum(self.seconds), 3),
            "parse_ms_per_file": {
                "median": round(statistics.median(self.seconds) * 1000, 2),
                "slowest": round(max(self.seconds) * 1000, 2),
            },
            "characters_per_second": round(total / sum(self.seconds)),
        }


def timed(source: Source) -> float:
    """Seconds that one parse takes, with no line known from before."""
    furniture.cache_clear()
    match_heading.cache_clear()
    started = time.perf_counter()
    parse(source)
    return time.perf_counter() - started


def collections(bench: Path) -> Iterator[tuple[str, list[Source]]]:
    """Names and sources of the collections; files that are no text in a known encoding are left out."""
    speeches = [path for path in sorted((bench / "speeches").iterdir()) if path.is_dir()]
    for folder in chain(speeches, [bench / "files"]):
        sources = []
        for path in sorted(path for path in folder.rglob("*") if path.suffix in TEXT):
            try:
                sources.append(read_material(Material(path.name, path, "")))
            except SourceError as error:
                print(f"left out: {error}")
        yield folder.name, sources


def measure(bench: Path) -> dict[str, Any]:
    """Counts per collection, then over all."""
    everything = Tally()
    result: dict[str, Any] = {}
    for name, sources in collections(bench):
        tally = Tally()
        for source in sources:
            tally.add(source)
            everything.add(source)
        result[name] = tally.to_dict()
    return {**result, "all": everything.to_dict()}


def show(name: str, counts: dict[str, Any]) -> None:
    """Print the counts of one collection."""
    levels = "  ".join(f"{level}: {count}" for level, count in counts["sections_per_level"].items())
    kinds = "  ".join(f"{kind} {count}" for kind, count in counts["sections_per_kind"].items())
    dropped = "  ".join(f"{role} {row['lines']}/{row['characters']}" for role, row in counts["dropped"].items())
    print(f"{name}: {counts['files']} files, {counts['speeches']} speeches, {counts['passages']} passages")
    origins = "  ".join(f"{kind} {count}" for kind, count in counts["speeches_with"].items())
    print(f"  speeches with       {origins}    files with several {counts['files_with_several_speeches']}")
    print(f"  sections per level  {levels}    files without sections {counts['files_without_sections']}")
    print(f"  sections per kind   {kinds}")
    print(
        f"  passage length      {counts['passage_length_percentiles']} (percentile: characters), too long {counts['passages_too_long']}"
    )
    print(f"  dropped             {counts['dropped_share']:.2%} of {counts['characters']} characters")
    print(f"    lines/characters  {dropped}")
    speed = f"{counts['characters_per_second']:,} characters a second, {counts['parse_ms_per_file']} ms a file"
    print(f"  parsed in           {counts['parse_seconds']} s, {speed}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=record.BENCH, help="folder of public data")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    options = parser.parse_args(arguments)
    if not (options.bench / "speeches").is_dir():
        print(f"no public speeches at {options.bench / 'speeches'}: nothing measured; name the folder with --bench")
        return 1
    counts = measure(options.bench)
    for name, row in counts.items():
        show(name, row)
    record.write(options.output, settings={"longest_paragraph": LONGEST, "part": PART}, results=counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
