"""The commands: each parses its arguments, calls one function of the library, prints."""

# Typer reads the annotations at run time: no `from __future__ import annotations` here.

import asyncio
import json
import os
import sys
import webbrowser
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechbot.arranging import arranged, open_generator
from speechbot.browsing import Browser
from speechbot.citations import citation
from speechbot.errors import SpeechbotError
from speechbot.evaluation import evaluate, load_questions, unfounded
from speechbot.exporting import check_export, export_answer
from speechbot.indexing import store
from speechbot.indexing.indexer import build_index, verify_index
from speechbot.language.questions import check_question
from speechbot.reading.corpus import require_all
from speechbot.report import page, saving
from speechbot.report.inspection import inspect
from speechbot.retriever import Retriever
from speechbot.terminal import render
from speechbot.terminal.chat import converse
from speechbot.terminal.check import check as checked
from speechbot.terminal.check import summary
from speechbot.terminal.screen import is_terminal, line, progress, show, writing_to
from speechbot.terminal.usage import (
    CheckOnly,
    Cite,
    Command,
    CorpusFolder,
    ExportFile,
    GoldFile,
    IndexFolder,
    Json,
    ListErrors,
    Near,
    OfSection,
    OfSource,
    OfSpeech,
    OpenBrowser,
    Port,
    QuestionFile,
    Rebuild,
    ReportFile,
    SpeechTitle,
    Strict,
    Top,
    Verify,
    Version,
    Words,
    app,
    complain,
    tolerant,
)
from speechbot.wording import zh_answers, zh_citations, zh_commands, zh_errors, zh_report, zh_telegram

__all__ = ["app", "main"]

_SHOWN = 5  # questions that a warning names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speechbot.arranging import Generator
    from speechbot.settings import Settings
    from speechbot.terminal.screen import Block


@app.callback()
def options(*, version: Version = False) -> None:
    """Take what stands before the command."""
    del version  # its callback has done it


@app.command("index", cls=Command, help=zh_commands.HELP_INDEX, epilog=zh_commands.EXAMPLES_INDEX)
def build(  # noqa: PLR0913 - one for each option
    *,
    corpus: CorpusFolder = None,
    index: IndexFolder = None,
    check: CheckOnly = False,
    report_file: ReportFile = None,
    strict: Strict = False,
    rebuild: Rebuild = False,
    gold: GoldFile = None,
    as_json: Json = False,
) -> None:
    """Build the index, or only look at the corpus."""
    settings = _settings()
    folder = corpus or settings.corpus
    if check or report_file is not None:
        _look(folder, report_file, everything=check, strict=strict, as_json=as_json)
        return
    try:
        with progress(zh_commands.INDEX_PROGRESS, before=zh_commands.INDEX_READING) as advance:
            report = build_index(
                folder,
                index or settings.index,
                model=settings.model,
                gold=gold or settings.gold,
                strict=strict,
                rebuild=rebuild,
                progress=advance,
            )
    except KeyboardInterrupt:
        if is_terminal(sys.stderr):
            show([line(zh_commands.INDEX_INTERRUPTED)], stream=sys.stderr)
        raise
    _print(report.to_dict(), render.index_report(report), as_json=as_json)


@app.command(cls=Command, help=zh_commands.HELP_ASK, epilog=zh_commands.EXAMPLES_ASK)
def ask(  # noqa: PLR0913 - one for each option
    *,
    words: Words,
    top: Top = 3,
    source: OfSource = None,
    speech: OfSpeech = None,
    section: OfSection = None,
    near: Near = False,
    cite: Cite = None,
    export: ExportFile = None,
    index: IndexFolder = None,
    as_json: Json = False,
) -> None:
    """Answer one question."""
    question, settings = check_question(" ".join(words)), _settings()
    if export is not None:
        check_export(export, settings.corpus)
    with closing(_retriever(index)) as retriever:
        found = retriever.ask(question, top, source=source, speech=speech, section=section)
        shared = Counter(name for name, _ in retriever.browse(Browser.titles)) if cite and found.found else Counter()
        generation = retriever.generation
    found = arranged(found, _generator(settings))
    # Below a refusal the nearest passages are shown on request only, to programs as to people
    data = (found if found.found or near else replace(found, hits=())).to_dict()
    blocks = render.answer(found, near=near, marked=is_terminal(sys.stdout))
    if cite is not None:
        data["citations"] = [
            citation(hit, cite.value, number=number, collection=shared[hit.passage.source] > 1)
            for number, hit in enumerate(found.hits if found.found else (), start=1)
        ]
        blocks += render.citations(data["citations"])
    if export is not None:
        export_answer(found, export, generation=generation, near=near, corpus=settings.corpus)
        blocks += [line(), line(zh_citations.EXPORT_WRITTEN.format(path=export))]
    _print(data, blocks, as_json=as_json)


@app.command(cls=Command, help=zh_commands.HELP_CHAT, epilog=zh_commands.EXAMPLES_CHAT)
def chat(*, index: IndexFolder = None) -> None:
    """Answer questions until the user leaves."""
    if sys.stdin is None:
        raise SpeechbotError(zh_errors.INPUT_CLOSED)
    generator = _generator(_settings())
    with closing(_retriever(index)) as retriever:
        converse(
            retriever,
            stdin=sys.stdin,
            stdout=sys.stdout,
            environ=os.environ,
            arrange=partial(arranged, generator=generator),
        )


@app.command(cls=Command, help=zh_commands.HELP_OUTLINE, epilog=zh_commands.EXAMPLES_OUTLINE)
def outline(*, speech: SpeechTitle = None, index: IndexFolder = None, as_json: Json = False) -> None:
    """Draw the speeches' trees."""
    with store.open_live(index or _settings().index) as generation:
        speeches = generation.catalog.speeches()
    found = render.chosen(speeches, title=speech)
    _print([render.speech_data(one) for one in found], render.outline(found), as_json=as_json)


@app.command(cls=Command, help=zh_commands.HELP_STATUS, epilog=zh_commands.EXAMPLES_STATUS)
def status(*, index: IndexFolder = None, verify: Verify = False, as_json: Json = False) -> None:
    """Describe the index, and check it."""
    settings = _settings()
    folder = index or settings.index
    found = store.status(folder, verify=verify)
    missed = verify_index(folder, model=settings.model, gold=settings.gold) if verify else ()
    data = {**found.to_dict(), "missed": list(missed)}
    _print(data, [*render.status(found), *render.missed(missed)], as_json=as_json)


@app.command(cls=Command, help=zh_commands.HELP_ROLLBACK, epilog=zh_commands.EXAMPLES_ROLLBACK)
def rollback(*, index: IndexFolder = None, as_json: Json = False) -> None:
    """Go back to the generation before."""
    name = store.rollback(index or _settings().index)
    _print({"generation": name}, [line(zh_commands.ROLLED_BACK.format(generation=name))], as_json=as_json)


@app.command("eval", cls=Command, help=zh_commands.HELP_EVAL, epilog=zh_commands.EXAMPLES_EVAL)
def measure(
    *, questions: QuestionFile, errors: ListErrors = False, index: IndexFolder = None, as_json: Json = False
) -> None:
    """Measure the answers to questions with known answers."""
    asked = load_questions(questions)
    with closing(_retriever(index)) as retriever:
        lost = unfounded(asked, retriever.speeches())
        if lost:
            ids = zh_commands.NAME_SEPARATOR.join(question.id for question in lost[:_SHOWN])
            complain(zh_answers.EVAL_UNFOUNDED.format(count=len(lost), ids=ids))
        with progress(zh_commands.EVAL_PROGRESS) as advance:
            report = evaluate(retriever, asked, progress=advance)
    _print(report.to_dict(), render.evaluation(report, errors=errors), as_json=as_json)


@app.command(cls=Command, help=zh_commands.HELP_BOT, epilog=zh_commands.EXAMPLES_BOT)
def bot() -> None:
    """Run the Telegram bot until it is told to stop."""
    settings = _settings()
    if settings.token is None:
        raise SpeechbotError(zh_telegram.BOT_MISSING)
    # python-telegram-bot takes 0.3 s that the other commands do without
    from speechbot.telegram import logs, service  # noqa: PLC0415

    logs.configure(settings)
    asyncio.run(service.serve(settings))


@app.command("demo", cls=Command, help=zh_commands.HELP_DEMO, epilog=zh_commands.EXAMPLES_DEMO)
def demonstration(*, port: Port = 8765, browser: OpenBrowser = True, index: IndexFolder = None) -> None:
    """Let the bot be tried in a browser."""
    settings = _settings()
    if index is not None:
        settings = settings.model_copy(update={"index": index})
    from speechbot import demo  # noqa: PLC0415 - as for the bot
    from speechbot.telegram import logs  # noqa: PLC0415

    logs.configure(settings.model_copy(update={"log_level": "WARNING"}))

    def ready(address: str) -> None:
        show([line(zh_commands.DEMO_READY.format(url=address))])
        if browser and is_terminal(sys.stdout):
            webbrowser.open(address)

    asyncio.run(demo.demonstrate(settings, port, ready=ready))


def _settings() -> "Settings":
    from speechbot.settings import load_settings  # noqa: PLC0415 - pydantic-settings takes 0.1 s that `--help` does without

    return load_settings()


def _look(folder: Path, report_file: Path | None, *, everything: bool, strict: bool, as_json: bool) -> None:
    """Show what would be indexed: on a page where one is asked for, and here, in full or in sum."""
    if report_file is not None:
        saving.check_target(report_file, folder)
    with progress(zh_report.CHECK_PROGRESS) as advance:
        found = inspect(folder, progress=advance)
    if strict:
        require_all(folder, found.failed)
    blocks = checked(found, hint=report_file is None) if everything else summary(found)
    if report_file is not None:
        saving.save(report_file, page.page(found, made=datetime.now(UTC).astimezone()))
        blocks.append(line(zh_report.REPORT_WRITTEN.format(path=report_file)))
    _print(found.to_dict(), blocks, as_json=as_json)


def _retriever(index: Path | None) -> Retriever:
    settings = _settings()
    return Retriever.open(index or settings.index, model=settings.model, reranker=settings.reranker)


def _generator(settings: "Settings") -> "Generator | None":
    """The language model that arranges quotations, where one is configured."""
    if settings.generator_url is None or settings.generator_model is None:
        return None
    key = settings.generator_key.get_secret_value() if settings.generator_key else ""
    return open_generator(settings.generator_url, settings.generator_model, key=key, timeout=settings.generator_timeout)


def _print(found: Any, blocks: "Iterable[Block]", *, as_json: bool) -> None:  # noqa: ANN401 - whatever JSON holds
    """Print a result for a program, or for people."""
    if as_json:
        with writing_to(sys.stdout):
            sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        show(blocks)


def main() -> None:
    """The ``speechbot`` program."""
    tolerant(stdin=sys.stdin, stdout=sys.stdout)
    if sys.stdout is None:  # `>&-`
        complain(zh_errors.OUTPUT_CLOSED)
        sys.exit(1)
    app(prog_name=zh_commands.PROGRAM)
