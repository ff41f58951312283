"""Web pages turned into text: the visible main text, one line a block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from speechbot.errors import SourceError
from speechbot.reading.cleaning import clean, rewrapped, unescaped
from speechbot.reading.decoding import byte_order_mark, decode, is_plausible, strictly
from speechbot.reading.display import LEAST_SIZE, Line, merged
from speechbot.reading.tables import row_lines
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})|<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w-]{2,20})""",
    re.IGNORECASE,
)
_DECLARATION_SPAN = 4096  # bytes; the standard asks for the first 1,024, pages put scripts before it
# Names that pages use, with the codec that reads all of what browsers read under them.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}
_UNSHOWN = frozenset(
    "script style noscript template head title nav aside button select textarea input iframe object embed svg canvas video "
    "audio map dialog menu rt rp".split()
)
_BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html "
    "li main ol p pre section summary table tbody td tfoot th thead tr ul caption".split()
)
# Blocks that are never shown as text.
_OUTER_BLOCKS = frozenset({"nav", "aside", "dialog", "menu"})
_HEADING = re.compile(r"h([1-6])")
_TITLED = re.compile(r"(?:^|[\s_-])(?:title|headline|biaoti)(?=$|[\s_-])", re.IGNORECASE)
_SHORTEST_TITLE = 4
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_SIZE = re.compile(r"font-size\s*:\s*(\d{1,3}(?:\.\d{1,3})?)\s*(pt|px)", re.IGNORECASE)
_POINTS = {"pt": 1.0, "px": 0.75}
# Words in the class or id of what stands around a text.
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|crumbs?|footer|foot|copyright|sidebar|share|related|relate|recommend|comments?|"
    r"toolbar|pagination|pager|advert|qr|qrcode)(?=$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
# What a container must hold of a page's prose to be its main text: what is left out then is captions and small print.
_MAIN_SHARE = 0.97
_AROUND_SHARE = 0.2  # a block that is named like surroundings but holds more than this of the prose is none
_PROSE = 20  # characters: a shorter block without a full stop is no prose
_SENTENCE = re.compile(r"[，。；！？]")
_DATED = re.compile(r"\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}")
_LONGEST_NOTE = 80
_LINKS = 0.7  # a block of which links make more than this share is a list of links
_MOST_TABLES = 30  # tables in tables; what lies deeper is read block by block


def read_markup(data: bytes, *, path: Path) -> str:
    """The main text of a web page.

    Blocks become lines, ``h1`` to ``h6`` become ``#`` lines, a row of a table one line. Scripts, navigation, forms and what is
    hidden are left out, as is what stands around the element that holds nearly all of the prose; the page's heading is kept
    wherever it stands. Nothing is left out by judging single paragraphs, as extraction libraries do: a short paragraph of a
    speech is as much of it as a long one.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.

    Raises:
        SourceError: When the encoding that the page declares is not that of its bytes, nor any other known one is; when
            it cannot be parsed.
    """
    root = _tree(_decoded(data, path), path)
    if root is None:
        return ""
    name = clean(" ".join(root.xpath("//title//text()")))
    _prune(root)
    _drop_surroundings(root, _masses(root))
    main = _main(root, _masses(root))
    lines = _texts(main)
    lines = [*_above(root, main, name, lines), *lines]
    return "\n".join(lines) + "\n" if lines else ""


def _decoded(data: bytes, path: Path) -> str:
    """The page's source, by its byte order mark, its declaration or its content."""
    declared = _DECLARED.search(data[:_DECLARATION_SPAN])
    name = (declared[1] or declared[2]).decode("ascii", "replace").lower() if declared else ""
    codec = "" if byte_order_mark(data) else _CODECS.get(name, "")
    text = strictly(data, codec) if codec else None
    if text is not None and "\0" not in text and (codec == "utf-8" or is_plausible(text)):
        return text
    return decode(data, path=path)[0]


def _tree(text: str, path: Path) -> Any:  # noqa: ANN401 - lxml publishes no types
    """The root of a page's tree; None for a page without elements."""
    # Bytes, for lxml refuses text with a declaration of its encoding; controls would end the document.
    content = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text).encode("utf-8")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, MemoryError) as error:
        if not text.strip():
            return None
        raise SourceError(zh_corpus.REASON_PAGE, path=path) from error
    # What nests deeper than the parser goes is left out by it without a word.
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise SourceError(zh_corpus.REASON_PAGE, path=path)
    return root


def _prune(root: Any) -> None:  # noqa: ANN401
    """Take out what is not shown."""
    for node in [*root.iter()]:
        gone = not isinstance(node.tag, str) or node.tag in _UNSHOWN or node.get("role") in _ROLES
        outer = node.tag in {"header", "footer"} and node.find(".//h1") is None and not _is_in_article(node)
        if (gone or outer) and node is not root:
            _remove(node)


def _is_in_article(node: Any) -> bool:  # noqa: ANN401
    """Whether an element lies in one that holds the page's own text."""
    return next(node.iterancestors("article", "main"), None) is not None


def _remove(node: Any) -> None:  # noqa: ANN401
    """Empty an element; the text behind it stays, on a line of its own where the element is a block."""
    block, tail = node.tag in _BLOCKS or node.tag in _OUTER_BLOCKS, node.tail
    node.clear()
    # It keeps its place: text that moves to a neighbour is copied once more with each of a thousand scripts
    node.tag, node.tail = "div" if block else "span", tail


def _masses(root: Any) -> dict[Any, int]:  # noqa: ANN401
    """For each element the characters of prose in it: of blocks that read like sentences and are no link."""
    masses: dict[Any, int] = {}
    for node in reversed([*root.iter()]):
        own = 0
        if node.tag in _BLOCKS or node is root:
            text = "".join(_inline(node))
            own = len(text) if len(text) >= _PROSE and _SENTENCE.search(text) else 0
        masses[node] = own + sum(masses[child] for child in node)
    return masses


def _inline(node: Any) -> Iterator[str]:  # noqa: ANN401
    """The text of a block itself, without that of the blocks and links in it, blanks apart."""
    stack: list[Any] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            yield part.strip()
            continue
        if part is not node and (part.tag in _BLOCKS or part.tag == "a"):
            continue
        for child in reversed(part):
            stack.extend((child.tail or "", child))
        stack.append(part.text or "")


def _drop_surroundings(root: Any, prose: dict[Any, int]) -> None:  # noqa: ANN401
    """Take out what is hidden or called navigation, forms and lists of links, unless much of the prose is there.

    Some sites hide the whole article until a script shows it, call it something else, or put all of a page into a form.
    """
    most = prose[root] * _AROUND_SHARE
    for node in [*root.iter()]:
        if node is root or node.tag == "body" or prose[node] > most:
            continue
        hidden = "hidden" in node.attrib or _HIDDEN.search(node.get("style", ""))
        if not hidden and node.tag not in _BLOCKS:
            continue
        named = _AROUND.search(f"{node.get('class', '')} {node.get('id', '')}")
        if hidden or named or node.tag == "form" or (prose[node] == 0 and _is_link_list(node)):
            _remove(node)


def _is_link_list(node: Any) -> bool:  # noqa: ANN401
    """Whether a block is hardly more than links."""
    links = [*node.iter("a")]
    if len(links) < 3:
        return False
    total = sum(len(text.strip()) for text in node.itertext())
    return sum(len(text.strip()) for link in links for text in link.itertext()) > total * _LINKS


def _main(root: Any, prose: dict[Any, int]) -> Any:  # noqa: ANN401
    """The innermost element that holds nearly all of the prose."""
    node, least = root, prose[root] * _MAIN_SHARE
    while least:
        inner = next((child for child in node if prose[child] >= least), None)
        if inner is None or inner.tag not in _BLOCKS or inner.tag in {"p", "tr", "li", "dd"}:
            return node
        node = inner
    return node


def _above(root: Any, main: Any, name: str, lines: Sequence[str]) -> list[str]:  # noqa: ANN401
    """The page's heading where it stands above the main text, with the dates between the two.

    Args:
        root: The page.
        main: The element that holds its main text.
        name: What the page's ``title`` says.
        lines: The main text.
    """
    if main is root or next(main.iter("h1"), None) is not None:
        return []
    inner = {*main.iterancestors()}
    found: list[str] = []
    for node in root.iter():
        if node is main:
            break
        text = clean(rewrapped("".join(_inline(node)))) if node.tag in _BLOCKS and node not in inner else ""
        if not _SHORTEST_TITLE <= len(text) <= _LONGEST_NOTE:
            continue
        named = _TITLED.search(f"{node.get('class', '')} {node.get('id', '')}")
        if node.tag == "h1" or (not found and (named or text in name)):
            found = [] if text in lines[:1] else [f"# {text}"]
        elif found and _DATED.search(text):
            found.append(text)
    return found


def _texts(top: Any, depth: int = 0) -> list[str]:  # noqa: ANN401
    """The lines of an element that lies within ``depth`` rows of tables."""
    return merged(_Reader(depth).lines(top))


class _Reader:
    """Walks a tree and ends a line where a block begins or ends."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._done: list[Line] = []
        self._pieces: list[str] = []
        self._size = 0.0

    def lines(self, node: Any) -> list[Line]:  # noqa: ANN401
        """All lines in an element, in order."""
        stack: list[Any] = [node]
        while stack:
            part = stack.pop()
            if part is None:
                self._end()
            elif isinstance(part, str):
                # A line end in the source is a blank; those that break a line come from elements.
                self._pieces.append(re.sub(r"[ \t\r\n\f]*[\r\n][ \t\r\n\f]*", "\r", part))
            else:
                self._enter(part, stack)
        self._end()
        return self._done

    def _enter(self, node: Any, stack: list[Any]) -> None:  # noqa: ANN401
        """Begin with an element; what is in it comes next."""
        if node.tag == "br":
            self._pieces.append("\n")
        elif node.tag == "tr" and self._depth < _MOST_TABLES:
            self._end()
            self._done += map(Line, row_lines([_texts(cell, self._depth + 1) for cell in node]))
        elif node.tag == "pre":
            self._end()
            self._done += [Line(clean(line)) for line in unescaped("".join(node.itertext())).splitlines()]
        elif _HEADING.fullmatch(node.tag):
            self._end()
            title = clean(_plain(unescaped("".join(_broken(node))).replace("\n", "\r")))
            if title:
                self._done.append(Line("#" * int(node.tag[1]) + " " + title))
        else:
            block = node.tag in _BLOCKS
            if block:
                self._end()
                self._size = _title_size(node)
                stack.append(None)
            for child in reversed(node):
                stack.extend((child.tail or "", child))
            stack.append(node.text or "")

    def _end(self) -> None:
        """End the line, or the lines where it was broken."""
        text = "".join(self._pieces)
        if text.strip():
            lines = [clean(line) for line in unescaped(_plain(text)).split("\n")]
            self._done += [Line(line, self._size if line else 0) for line in lines]
        self._pieces, self._size = [], 0.0


def _title_size(node: Any) -> float:  # noqa: ANN401
    """Size in points of a block that is set like a title, centred and large; 0 for any other."""
    centred = (
        _CENTRED.search(node.get("style", "")) or node.get("align", "").lower() == "center" or node.tag == "center"
    )
    if not centred:
        return 0
    for inner in node.iter():
        size = _SIZE.search(inner.get("style", ""))
        if size:
            points = float(size[1]) * _POINTS[size[2].lower()]
            return points if points >= LEAST_SIZE else 0
    return 0


def _plain(text: str) -> str:
    """Text whose line ends in the source, held as carriage returns, are resolved."""
    return "\n".join(rewrapped(line.replace("\r", "\n")) for line in text.split("\n"))


def _broken(node: Any) -> Iterator[str]:  # noqa: ANN401
    """The text of an element, its line breaks among it."""
    for part in node.iter():
        if part.tag == "br":
            yield "\n"
        yield part.text or ""
        if part is not node:
            yield part.tail or ""
