"""An Office package opened: its XML parts as trees, within limits."""

from __future__ import annotations

import lzma
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from speechbot.errors import SourceError
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

# Bytes of XML that are unpacked from one file. The longest real one at hand, 4,167 questions in one file, has 4.8 MB; as a
# tree XML takes some ten times its size in memory.
MOST_XML = 40_000_000
_MOST_MEMBERS = 20_000
# What zipfile and the decompressors raise on damaged data.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_ENCRYPTED = 0x1  # the flag of a zip member


@dataclass(frozen=True, slots=True)
class Package:
    """A package's main part with those that it names.

    Attributes:
        main: Root of the main document.
        parts: Root of each part that the main document names by a relation within the package, by the last word of the
            relation's type: ``styles``, ``numbering``, ``footnotes``, ``endnotes``.
    """

    main: Element
    parts: Mapping[str, Element]


def open_package(data: bytes, *, path: Path, wanted: frozenset[str]) -> Package:
    """Open a package.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.
        wanted: Parts to read beside the main one.

    Raises:
        SourceError: When it is damaged, locked by a password, no Word document, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = _Members(archive, path)
            name = members.main()
            main = members.tree(name)
            named = members.related(name)
            parts = {kind: members.tree(named[kind]) for kind in sorted(wanted & named.keys())}
    except _DAMAGE as error:
        raise SourceError(zh_corpus.REASON_WORD_DAMAGED, path=path) from error
    except (ParseError, DefusedXmlException) as error:
        raise SourceError(zh_corpus.REASON_WORD_DAMAGED, path=path) from error
    return Package(main, parts)


class _Members:
    """The members of an archive, by names of which neither case nor slashes count."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        infos = archive.infolist()
        if len(infos) > _MOST_MEMBERS:
            raise SourceError(zh_corpus.REASON_WORD_BOMB, path=path)
        self._archive = archive
        self._path = path
        self._infos = {_key(info.filename): info for info in infos}
        self._left = MOST_XML

    def main(self) -> str:
        """Name of the main document; SourceError where this is another kind of package."""
        name = _key(self.related("").get("officeDocument", "word/document.xml"))
        if name not in self._infos:
            raise SourceError(zh_corpus.REASON_NOT_WORD, path=self._path)
        return name

    def related(self, name: str) -> dict[str, str]:
        """Members that a part names in its relations, by the last word of the type; the first of each type counts."""
        folder, base = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, str] = {}
        if _key(relations) not in self._infos:
            return found
        for relation in self.tree(relations):
            kind = relation.get("Type", "").rsplit("/", 1)[-1]
            target = _key(posixpath.join("/", folder, relation.get("Target", "").replace("\\", "/")))
            if relation.get("TargetMode") != "External" and target in self._infos:
                found.setdefault(kind, target)
        return found

    def tree(self, name: str) -> Element:
        """The root of an XML member, every name in it without its namespace."""
        info = self._infos[_key(name)]
        if info.flag_bits & _ENCRYPTED:
            raise SourceError(zh_corpus.REASON_LOCKED, path=self._path)
        with self._archive.open(info) as member:
            # The size in the directory may be a lie: what counts is what comes out.
            content = member.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise SourceError(zh_corpus.REASON_WORD_BOMB, path=self._path)
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
        for node in root.iter():
            node.tag = _local(node.tag)
            attributes = {_local(key): value for key, value in node.attrib.items()}
            node.attrib.clear()
            node.attrib.update(attributes)
        return root


def _key(name: str) -> str:
    """A member's name as it is looked up."""
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower()


def _local(name: str) -> str:
    """A name without its namespace: the transitional and the strict form of the format differ in nothing else."""
    return name.rpartition("}")[2]
