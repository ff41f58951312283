"""The house: layers, wrappers, wording, the promises that README and bot.env.example make."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from speechbot.cli import app
from speechbot.settings import names

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "speechbot"
# Rooms are folders whose own ``__init__`` holds nothing but a word on them; module names are unique all over the house.
ROOMS = tuple(sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent == PACKAGE or path.stem != "__init__"]
FILES = {path.stem: path for path in MODULES}

# Imports point up this list only: a module may import what stands before it.
LAYERS = (
    *(path.stem for path in MODULES if path.parent.name == "wording"),
    "errors",
    "points",
    "models",
    "citations",
    "folders",
    "text",
    "skeleton",
    "questions",
    "sentences",
    "tiling",
    "words",
    "likeness",
    "decoding",
    "cleaning",
    "display",
    "tables",
    "markup",
    "numerals",
    "numbering",
    "styles",
    "package",
    "runs",
    "word",
    "processes",
    "office",
    "page_glyphs",
    "columns",
    "layout",
    "paper",
    "glyphs",
    "headings",
    "dates",
    "yaml_text",
    "sidecar_fields",
    "sidecar",
    "corpus",
    "series",
    "outline",
    "people",
    "furniture",
    "origin",
    "joined",
    "front",
    "annotations",
    "lines",
    "particulars",
    "contents",
    "titles",
    "structure",
    "parser",
    "dropped",
    "doubts",
    "audit",
    "windows",
    "pieces",
    "lexical",
    "fields",
    "onnx_model",
    "sentence",
    "encoder",
    "rows",
    "vectors",
    "disk",
    "lease",
    "schema",
    "speech_names",
    "catalog",
    "manifest",
    "generation",
    "store",
    "calibration",
    "ranking",
    "spelling",
    "reranking",
    "http_client",
    "generator",
    "arranging",
    "patterns",
    "understanding",
    "inline_points",
    "speech_structure",
    "scopes",
    "answer_parts",
    "structure_answers",
    "turns",
    "reception",
    "alignment",
    "readings",
    "occurrences",
    "nearest",
    "quotation",
    "trace",
    "engine",
    "browsing",
    "retriever",
    "evaluation",
    "journal",
    "plan",
    "embedding",
    "selftest",
    "indexer",
    "inspection",
    "elements",
    "charts",
    "saving",
    "tree",
    "page",
    "setting_types",
    "settings_file",
    "settings",
    "screen",
    "render",
    "outlines",
    "quotes",
    "check",
    "chat",
    "document",
    "exporting",
    "usage",
    "records",
    "migrations",
    "statefile",
    "ledger_people",
    "ledger_questions",
    "ledger_figures",
    "inbox",
    "ledger",
    "access",
    "limits",
    "logs",
    "metrics",
    "health",
    "memory",
    "replies",
    "buttons",
    "quoting",
    "library",
    "answer_views",
    "browse_views",
    "guide_views",
    "admin_views",
    "outbox",
    "desk",
    "gate",
    "asking",
    "greetings",
    "inline",
    "deeds",
    "errands",
    "staging",
    "gap_groups",
    "material_views",
    "chores",
    "rebuilding",
    "uploads",
    "removals",
    "decisions",
    "admins",
    "polling",
    "lanes",
    "reports",
    "routes",
    "presses",
    "application",
    "service",
    "entities",
    "rules",
    "state",
    "world",
    "sending",
    "methods",
    "faults",
    "server",
    "webchat",
    "demo",
    "cli",
    "__init__",
    "__main__",
)

# Modules whose Chinese is data of the language, not text that a user reads.
LANGUAGE_DATA = {
    "arranging": "connectives between quotations",
    "chat": "keys of an input method",
    "cleaning": "Chinese punctuation, and marks that only look like others",
    "text": "characters that only look like others",
    "contents": "what a contents list looks like",
    "dates": "how dates are written",
    "front": "colons after the names of fields",
    "doubts": "what lines of several kinds start and end with",
    "dropped": "the indent of a paragraph",
    "decoding": "characters that tell right decodings from wrong ones",
    "display": "punctuation that no title ends in",
    "furniture": "salutations, dates and closing lines",
    "glyphs": "numbers after which a gap stays",
    "headings": "numbering styles",
    "joined": "what titles run together with a text look like",
    "layout": "sentence ends, page numbers, numbers that begin a paragraph",
    "lines": "punctuation at which lines are cut",
    "markup": "sentence marks and dates",
    "manifest": "the sentence whose vector tells models apart",
    "origin": "how dates, speakers and occasions are named",
    "outline": "ranks of numbering styles",
    "patterns": "how questions about structure are worded",
    "inline_points": "numbers of points inside a paragraph",
    "parser": "brackets around the numbers of speeches without a title",
    "particulars": "names of particulars",
    "people": "family names and offices",
    "numerals": "digits and units",
    "sentences": "sentence ends",
    "setting_types": "commas between ids",
    "skeleton": "hyphens and dashes",
    "sidecar_fields": "names of fields that admins may use",
    "readings": "quotation marks, citations, ellipses",
    "series": "kinds of numbers that need a neighbour",
    "styles": "names of Word's styles",
    "structure": "ranks of numbering styles",
    "tiling": "punctuation at which long sentences are cut",
    "titles": "what titles look like",
    "words": "question words that say nothing",
}

# What users read.
WORDING = {path.stem for path in MODULES if path.parent.name == "wording"}

# Modules that catch everything, with the reason.
BROAD = {
    "lanes": "an update whose content is not what Telegram says it is may raise anything where it is written or placed",
    "reports": "what could not be handled may not be a message that can be answered at all",
    "polling": "python-telegram-bot raises whatever it stumbles over in an update of a kind that it does not know",
    "logs": "an argument whose text cannot be made would have logging print all of them bare",
    "onnx_model": "tokenizers and onnxruntime raise classes that derive from Exception alone",
    "retriever": "a question is answered by the generation before, whatever a library raises over the new one",
}

_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]")


def tree(name: str) -> ast.Module:
    """A module's syntax."""
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def imported(name: str) -> list[str]:
    """Full names of all modules that a module imports, wherever in it."""
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module in {
            "speechbot",
            *(f"speechbot.{room}" for room in ROOMS),
        }:
            found += [f"speechbot.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found


def own(name: str) -> set[str]:
    """Modules of ours that a module imports."""
    return {module.rpartition(".")[2] for module in imported(name) if module.startswith("speechbot.")}


def foreign(name: str) -> set[str]:
    """Third-party libraries that a module imports."""
    roots = {module.partition(".")[0] for module in imported(name)}
    return roots - sys.stdlib_module_names - {"speechbot", "numpy"}


def strings(name: str) -> list[str]:
    """String literals of a module that are no docstrings."""
    nodes = list(ast.walk(tree(name)))
    standing_alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in standing_alone
    ]


def test_every_module_has_its_layer() -> None:
    """A new module takes its place in the list, a removed one leaves it; no two have one name."""
    assert sorted(LAYERS) == sorted(path.stem for path in MODULES)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_hold_nothing_themselves(room: str) -> None:
    """What a room's ``__init__`` holds is a docstring: every name has one place to be imported from."""
    (statement,) = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8")).body

    assert isinstance(statement, ast.Expr)


def test_the_readme_shows_the_house() -> None:
    """Every room and every module stands in the README's table, and nothing else."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("## The house")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)/?`", "\n".join(row for row in table.splitlines() if row.startswith("|"))))

    assert named == ({*FILES, *ROOMS} - {"__init__", "__main__"})


@pytest.mark.parametrize("name", FILES)
def test_imports_point_up(name: str) -> None:
    """A module imports from the layers above it only."""
    above = LAYERS[: LAYERS.index(name)]

    assert own(name) - set(above) == set()


def test_each_library_is_wrapped_by_one_module_or_room() -> None:
    """What replaces a library replaces one module, or the room named after it; NumPy is the common tongue."""
    users: dict[str, list[str]] = {}
    for name in FILES:
        for library in foreign(name):
            users.setdefault(library, []).append(name)

    shared = {library: found for library, found in users.items() if len(found) > 1}
    rooms = {library: {FILES[name].parent.name for name in found} for library, found in shared.items()}
    assert {library: shared[library] for library, room in rooms.items() if room != {library}} == {}


@pytest.mark.parametrize("name", sorted(FILES.keys() - LANGUAGE_DATA.keys() - WORDING))
def test_texts_for_users_stand_in_wording(name: str) -> None:
    """Chinese outside ``wording`` is language data of the modules listed, or a mistake."""
    assert [text for text in strings(name) if _CHINESE.search(text)] == []


@pytest.mark.parametrize("name", FILES)
def test_files_fit_a_reader(name: str) -> None:
    """No file over 400 lines, no function over 60."""
    functions = [node for node in ast.walk(tree(name)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]

    assert len(FILES[name].read_text(encoding="utf-8").splitlines()) <= 400
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60] == []


def test_tests_and_benchmarks_fit_a_reader() -> None:
    """Nor is any other file of ours over 400 lines."""
    paths = [path for folder in ("tests", "benchmarks", "scripts") for path in (ROOT / folder).glob("*.py")]

    assert len(paths) > 50
    assert [path.name for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


@pytest.mark.parametrize("name", FILES)
def test_nothing_prints_or_catches_everything(name: str) -> None:
    """Output goes through ``screen``; a bug keeps its traceback."""
    nodes = list(ast.walk(tree(name)))
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    caught = {ast.unparse(node.type) if node.type else "" for node in nodes if isinstance(node, ast.ExceptHandler)}

    assert "print" not in called
    assert caught & {"", "Exception"} == ({"Exception"} if name in BROAD else set())


def test_the_settings_example_names_exactly_the_settings() -> None:
    """bot.env.example lists each setting once, with a word on it above."""
    text = (ROOT / "bot.env.example").read_text(encoding="utf-8")
    rows = re.findall(r"^# .+\n(SPEECHBOT_\w+)=", text, re.MULTILINE)

    assert tuple(rows) == names()
    assert rows == re.findall(r"^#?\s*(SPEECHBOT_\w+)=", text, re.MULTILINE)


def test_the_readme_names_every_command() -> None:
    """A command that is not in the README is not there for its readers."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]

    assert len(commands) == 11
    assert [command for command in commands if f"`speechbot {command}" not in text] == []
