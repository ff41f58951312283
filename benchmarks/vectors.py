"""Which faiss index holds a million windows: recall, time, size.

Vectors are those of all real windows beside the checkout by the bundled model (``scale_corpus.py``), then perturbed copies of
them at a cosine of ``LIKENESS``; questions are those of the public sets. Contestants, one thread, one question at a time:

- ``half``: half precision, every row compared; what ``VectorIndex`` does up to ``EXACT_LIMIT`` rows.
- ``8 bit``: ``IndexScalarQuantizer``, every row compared; ``8 bit, 3.5 sd`` with the range set by the spread.
- ``cells N``: ``IndexIVFScalarQuantizer`` of 8 bits, √n cells, of which N in a hundred are visited.
- ``scan``: what ``VectorIndex`` does beyond: 4-bit codes of two dimensions each are scanned, the best compared exactly.

Recall is the share of the ten nearest rows by float32 that are among the first ten. Writes ``vectors.json``.

    python benchmarks/vectors.py
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import record
from measures import times
from scale_corpus import LIKENESS, Originals
from sets import paragraphs, questions

from speechbot.encoder import open_encoder
from speechbot.indexing import vectors as shipped
from speechbot.language.text import fold

HERE = Path(__file__).resolve().parent
SIZES = (25_000, 50_000, 100_000, 200_000, 400_000, 1_000_000)
VISITED = (5, 10, 25, 50)  # percent of the cells
QUESTIONS = 200
Floats = np.ndarray[Any, np.dtype[np.float32]]
Search = Callable[[Floats], "np.ndarray[Any, np.dtype[np.int64]]"]


def rows(real: Floats, size: int) -> Floats:
    """``size`` unit vectors: the real ones, then perturbed copies."""
    found = np.resize(real, (size, real.shape[1])).astype(np.float32)
    random = np.random.default_rng(1)
    for start in range(len(real), size, 10_000):
        part = found[start : start + 10_000]
        noise = random.standard_normal(part.shape, np.float32)
        part += noise * np.float32((1 / LIKENESS**2 - 1) ** 0.5) / np.linalg.norm(noise, axis=1, keepdims=True)
    unit: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def contestants(base: Floats, folder: Path) -> dict[str, tuple[Search, float]]:
    """How each finds the first ten, and its size in MB."""
    dim, kinds = base.shape[1], faiss.ScalarQuantizer
    found: dict[str, tuple[Search, float]] = {}

    def add(name: str, index: faiss.Index) -> None:
        if not index.is_trained:
            index.train(base)
        if not index.ntotal:
            index.add(base)
        size = len(faiss.serialize_index(index)) / 2**20
        found[name] = (lambda query: index.search(query[None], 10)[1][0], round(size, 1))

    add("half", faiss.IndexScalarQuantizer(dim, kinds.QT_fp16, faiss.METRIC_INNER_PRODUCT))
    add("8 bit", faiss.IndexScalarQuantizer(dim, kinds.QT_8bit, faiss.METRIC_INNER_PRODUCT))
    ranged = faiss.IndexScalarQuantizer(dim, kinds.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    ranged.sq.rangestat, ranged.sq.rangestat_arg = kinds.RS_meanstd, 3.5
    add("8 bit, 3.5 sd", ranged)
    number = int(len(base) ** 0.5)
    coarse = faiss.IndexFlatIP(dim)
    cells = faiss.IndexIVFScalarQuantizer(coarse, dim, number, kinds.QT_8bit, faiss.METRIC_INNER_PRODUCT, False)  # noqa: FBT003
    cells.cp.max_points_per_centroid, cells.cp.niter = 64, 10
    add("cells", cells)
    _, size = found.pop("cells")
    for percent in VISITED:
        found[f"cells {percent}"] = (_visiting(cells, max(1, number * percent // 100)), size)
    found["scan"] = _shipped(base, folder)
    return found


def _visiting(cells: faiss.IndexIVF, visited: int) -> Search:
    def search(query: Floats) -> Any:  # noqa: ANN401 - faiss has no types
        cells.nprobe = visited
        return cells.search(query[None], 10)[1][0]

    return search


def _shipped(base: Floats, folder: Path) -> tuple[Search, float]:
    """``VectorIndex`` with a scan, whatever the number of rows."""
    limit, shipped.EXACT_LIMIT = shipped.EXACT_LIMIT, 0
    try:
        built = shipped.VectorIndex.build(base)
        path = folder / "windows.faiss"
        built.save(path)
        index = shipped.VectorIndex.load(path)
    finally:
        shipped.EXACT_LIMIT = limit
    size = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
    return lambda query: index.nearest(query, 256)[0][:10], round(size, 1)


def measure(base: Floats, asked: Floats) -> dict[str, Any]:
    """Recall, time and size of every contestant on some rows."""
    _, best = faiss.knn(asked, base, 10, metric=faiss.METRIC_INNER_PRODUCT)
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        clock = time.perf_counter()
        raced = contestants(base, Path(folder))
        print(len(base), "built in", round(time.perf_counter() - clock), flush=True)
        faiss.omp_set_num_threads(1)
        for name, (search, size) in raced.items():
            search(asked[0])
            shares = [
                len(set(search(query).tolist()) & set(right.tolist())) / 10
                for query, right in zip(asked, best, strict=True)
            ]
            results[name] = {"recall_at_10": round(float(np.mean(shares)), 4), **times(search, asked), "mb": size}
            print(len(base), name, results[name], flush=True)
        faiss.omp_set_num_threads(2)
    return results


def main() -> None:
    """Measure and write ``vectors.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = parser.parse_args().sizes
    real = Originals(paragraphs()).vectors
    encoder = open_encoder()
    asked = encoder.encode_queries([fold(question) for question in questions(QUESTIONS)])
    results = {str(size): measure(rows(real, size), asked) for size in sizes}
    record.write(
        HERE / "vectors.json",
        settings={"questions": QUESTIONS, "real": len(real), "likeness": LIKENESS, "threads": 1},
        results=results,
    )


if __name__ == "__main__":
    main()
