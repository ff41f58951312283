"""What admins write beside their materials, read and checked."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechbot.errors import unreadable
from speechbot.reading.sidecar_fields import Fields, near
from speechbot.reading.yaml_text import YamlError, load
from speechbot.wording import zh_sidecars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SUFFIX = ".meta.yaml"
CORPUS_FILE = "corpus.yaml"  # at the root of the corpus
_NEARLY = (".meta.yml", ".mata.yaml", ".metadata.yaml", ".meta.yaml.txt", ".meta.json")
_COMPARED = 10  # entries without a material for which a likely name is looked up
_LARGEST = 8  # megabytes; ten thousand entries with all fields take two


@dataclass(frozen=True, slots=True)
class Sidecars:
    """All that the sidecars of a corpus say.

    Attributes:
        notes: For each material canonical JSON of what is said of it, see ``Source.notes``; "" where nothing is.
        words: Words of the domain for the segmentation, each plain or ``词 频率``.
        problems: What could not be used: name of the sidecar and a reason in Chinese that says how to mend it.
    """

    notes: Mapping[str, str]
    words: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def is_sidecar(name: str) -> bool:
    """Whether a file of the corpus, named relative to it, is a sidecar rather than a material."""
    return name == CORPUS_FILE or name.endswith((SUFFIX, *_NEARLY))


def read_sidecars(folder: Path, names: Iterable[str]) -> Sidecars:
    """Read ``corpus.yaml`` and every ``….meta.yaml`` under ``folder``.

    A mistake never stops a build: the field or file is left out and told as a problem, the rest counts.

    Args:
        folder: The corpus folder.
        names: Names of its materials, relative to it, with ``/`` between parts.

    Returns:
        What is said of each material; a sidecar of its own goes before ``corpus.yaml``, field by field.
    """
    reader = _Reader(tuple(names))
    own: dict[str, dict[str, Any]] = {}
    for name, path in _found(folder):
        if name == CORPUS_FILE:
            reader.read_corpus(path, folder)
        elif name.endswith(SUFFIX):
            reader.read_own(name, path, folder, own)
        else:
            right = name[: -len(next(end for end in _NEARLY if name.endswith(end)))] + SUFFIX
            reader.tell(name, zh_sidecars.OTHER_SUFFIX.format(name=right))
    said = {name: {**reader.shared.get(name, {}), **own.get(name, {})} for name in reader.names}
    return Sidecars(
        notes={name: _canonical(fields) for name, fields in said.items()},
        words=reader.words,
        problems=tuple(reader.problems),
    )


@dataclass(slots=True)
class _Reader:
    """Reads sidecars one after the other; gathers what they say and what is wrong with them."""

    names: tuple[str, ...]
    shared: dict[str, dict[str, Any]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    problems: list[tuple[str, str]] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    _known: frozenset[str] = frozenset()
    _called: dict[str, list[str]] = field(default_factory=dict)
    _compared: int = 0

    def __post_init__(self) -> None:
        """Note what each material may be called: whole, without its suffix, without its folder."""
        self._known = frozenset(self.names)
        for name in self.names:
            base = name.rpartition("/")[2]
            for call in dict.fromkeys((name, _stem(name), base, _stem(base))):
                self._called.setdefault(call, []).append(name)

    def tell(self, name: str, reason: str) -> None:
        """Keep a problem."""
        self.problems.append((name, reason))

    def read_corpus(self, path: Path, folder: Path) -> None:
        """Read ``corpus.yaml``."""
        value = self._load(CORPUS_FILE, path, folder)
        if value is None:
            return
        fields = Fields()
        parts = fields.of_corpus(value)
        if "words" in parts:
            self.words = fields.words(parts["words"])
        files = parts.get("files", {})
        if not isinstance(files, dict):
            fields.problems.append(zh_sidecars.WRONG_FILES.format(key="files"))
            files = {}
        for key, said in files.items():
            name = self._material(str(key), fields.problems)
            if name is not None and said is not None:
                self.shared[name] = fields.of_file(said, zh_sidecars.PLACE_FILE.format(name=key))
        self.problems.extend((CORPUS_FILE, reason) for reason in fields.problems)

    def read_own(self, name: str, path: Path, folder: Path, own: dict[str, dict[str, Any]]) -> None:
        """Read the sidecar of one material into ``own``."""
        call = name.removesuffix(SUFFIX)
        # Here the folder counts: a sidecar lies beside its material.
        found = (
            [call] if call in self._known else [other for other in self._called.get(call, ()) if _stem(other) == call]
        )
        if not found:
            self.tell(name, zh_sidecars.NO_MATERIAL)
            return
        if len(found) > 1:
            names = zh_sidecars.SEPARATOR.join(found)
            self.tell(name, zh_sidecars.AMBIGUOUS_OWN.format(names=names, example=found[0].rpartition("/")[2] + SUFFIX))
            return
        (material,) = found
        value = self._load(name, path, folder)
        if value is None:
            return
        fields = Fields()
        said = fields.of_file(value)
        self.problems.extend((name, reason) for reason in fields.problems)
        if material in self.owners:
            # The one with the whole name is meant for this material alone.
            whole, other = sorted((name, self.owners[material]), key=len, reverse=True)
            self.tell(other, zh_sidecars.BOTH.format(other=whole))
            own[material] = {**own[material], **said} if whole == name else {**said, **own[material]}
        else:
            own[material] = said
        self.owners[material] = name

    def _material(self, call: str, problems: list[str]) -> str | None:
        """The material that an entry of ``corpus.yaml`` is about, or None with a problem told."""
        found = self._called.get(call, []) if call not in self._known else [call]
        if len(found) == 1:
            return found[0]
        if found:
            problems.append(
                zh_sidecars.PLACE_FILE.format(name=call)
                + zh_sidecars.AMBIGUOUS.format(names=zh_sidecars.SEPARATOR.join(found))
            )
            return None
        # Each comparison with ten thousand names takes a third of a second
        close = near(call, self._called) if self._compared < _COMPARED else None
        self._compared += 1
        missing = zh_sidecars.NO_SUCH_FILE if close is None else zh_sidecars.NO_SUCH_FILE_NEAR
        problems.append(missing.format(name=call, near=close))
        return None

    def _load(self, name: str, path: Path, folder: Path) -> object:
        """The value in a file, or None for an empty one and for one that cannot be read, which is told."""
        try:
            _check(path, folder)
            return load(_decoded(path.read_bytes()))
        except OSError as error:
            self.tell(name, zh_sidecars.UNREADABLE.format(detail=unreadable(error)))
        except YamlError as error:
            self.tell(name, str(error))
        return None


def _found(folder: Path) -> Sequence[tuple[str, Path]]:
    """Name and path of every sidecar under ``folder``, sorted by name; hidden files and folders are passed over."""
    found: list[tuple[str, Path]] = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = [Path(root, name) for name in files if not name.startswith((".", "~"))]
        found.extend((path.relative_to(folder).as_posix(), path) for path in paths)
    return sorted((name, path) for name, path in found if is_sidecar(name) and os.path.isfile(path))  # noqa: PTH113 - pathlib raises where it may not look


def _check(path: Path, folder: Path) -> None:
    """Refuse what may be anything: a link that leads out of the corpus, a file too large to be a sidecar."""
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise YamlError(zh_sidecars.OUTSIDE)
    if path.stat().st_size > _LARGEST * 1_000_000:
        raise YamlError(zh_sidecars.TOO_LARGE.format(limit=_LARGEST))


def _decoded(data: bytes) -> str:
    """The text of a sidecar, in the encodings that Chinese editors write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise YamlError(zh_sidecars.ENCODING)


def _stem(name: str) -> str:
    """A name without its suffix."""
    folder, slash, base = name.rpartition("/")
    return folder + slash + (base.rpartition(".")[0] or base)


def _canonical(fields: Mapping[str, Any]) -> str:
    """The same JSON for the same content, "" for none: the index compares it to see what changed."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if fields else ""
