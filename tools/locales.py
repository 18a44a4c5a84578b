"""Keeps `locales/` in step with the code: `python -m tools.locales` writes, `--check` only looks.

The msgid of a sentence is the Vietnamese sentence, so the Vietnamese catalogue is filled here; the
English one keeps its translations. Files are sorted and carry neither line numbers nor dates: a diff
shows words and nothing else.
"""

import sys
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("vi", "en")
Words = str | tuple[str, str]
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}
PLURALS = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
HEADER = """\
# {name} of the So Tay Bot. Written by `python -m tools.locales`; the msgid is the Vietnamese sentence.
msgid ""
msgstr ""
"Project-Id-Version: so-tay-bot\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
NAMES = {"vi": "Vietnamese", "en": "English"}


def path_of(language: str, root: Path = ROOT) -> Path:
    """The catalogue of a language."""
    return root / "locales" / language / "LC_MESSAGES" / "bot.po"


def extracted(root: Path = ROOT) -> dict[str, Words]:
    """Every sentence of the code: msgid -> itself, or (one, many) when it counts things."""
    found: dict[str, Words] = {}
    methods = [("**.py", "python")]
    for _file, _line, words, _comments, _context in extract_from_dir(
        root / "bot", methods, keywords=KEYWORDS
    ):
        if isinstance(words, tuple):
            found[words[0]] = (words[0], words[1])
        else:
            found.setdefault(words, words)
    return found


def load(language: str, root: Path = ROOT) -> Catalog:
    """A catalogue as it is on disk; an empty one when there is none."""
    path = path_of(language, root)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, root: Path = ROOT, code: dict[str, Words] | None = None) -> Catalog:
    """The catalogue as it should be: what the code says (read, unless given), with the translations there are."""
    old = load(language, root)
    new = Catalog(locale=language, fuzzy=False)
    for msgid, words in (extracted(root) if code is None else code).items():
        counts = isinstance(words, tuple)
        before = old.get(msgid)
        if before is not None and isinstance(before.id, tuple) != counts:
            before = None  # it counts things now, or no longer: to be translated anew
        string = before.string if before is not None else ("", "") if counts else ""
        if language == "vi":
            string = (words[1],) if counts else msgid
        message = new.add(words, string)
        message.flags -= {"fuzzy", "python-format"}  # no sentence of ours is filled in with %
        if before is not None and before.fuzzy and language != "vi":
            message.flags.add("fuzzy")
    return new


def text_of(language: str, catalogue: Catalog) -> str:
    """The file's text: the same sentences always give the same bytes."""
    body = BytesIO()
    write_po(body, catalogue, width=100, omit_header=True, sort_output=True, no_location=True)
    header = HEADER.format(name=NAMES[language], language=language, plurals=PLURALS[language])
    return header + body.getvalue().decode().strip("\n") + "\n"


def placeholders(text: str) -> set[str]:
    """Names between braces. Raises ValueError for a lone brace."""
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def faults(language: str, message: Message) -> list[str]:
    """What is wrong with one message of a catalogue."""
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    said: list[str] = ["fuzzy"] if message.fuzzy else []
    # Vietnamese has one form, the one for many: the last source stands for it.
    for source, string in zip(sources[-len(strings) :], strings, strict=True):
        if not string:
            said.append("empty")
            continue
        try:
            if placeholders(str(source)) != placeholders(str(string)):
                said.append("other placeholders")
        except ValueError:
            said.append("lone brace")
    return [f"{language}: {what}: {sources[0]!r}" for what in dict.fromkeys(said)]


def check(root: Path = ROOT) -> list[str]:
    """Everything that keeps the catalogues from being complete, a line each; empty: all is well."""
    said: list[str] = []
    code = extracted(root)
    for language in LANGUAGES:
        old = load(language, root)
        there = {
            message.id[0] if isinstance(message.id, tuple) else message.id for message in old if message.id
        }
        said += [f"{language}: missing: {msgid!r}" for msgid in code if msgid not in there]
        said += [f"{language}: no longer said: {msgid!r}" for msgid in there if msgid not in code]
        for message in old:
            if message.id:
                said += faults(language, message)
        path = path_of(language, root)
        right = text_of(language, merged(language, root, code))
        if not said and path.read_text(encoding="utf-8") != right:
            said.append(f"{language}: not as `python -m tools.locales` writes it")
    return said


def main(arguments: list[str]) -> int:
    """0 when complete, 1 when something is missing, empty, fuzzy or has other placeholders."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.locales [--check]\n")
        return 2
    if not arguments:
        code = extracted()
        for language in LANGUAGES:
            words = text_of(language, merged(language, code=code))
            path_of(language).parent.mkdir(parents=True, exist_ok=True)
            path_of(language).write_text(words, encoding="utf-8")
    problems = check()
    sys.stderr.write("".join(f"{line}\n" for line in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
