"""`sotay policy`: ask and measure without a database; import, approve and list in one."""

import json
import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from bot import cli_people
from bot.cli_errors import explain
from bot.clock import VIETNAM, now
from bot.i18n import _, full_date

if TYPE_CHECKING:
    from bot.policy.models import Answer, Document, Source

policy = typer.Typer(no_args_is_help=True, help="Quy định: nhập, duyệt, tra cứu, đo chất lượng tra cứu.")
AsJson = Annotated[bool, typer.Option("--json", help="Mỗi kết quả một dòng JSON.")]


@policy.command("ask")
def ask(
    text: Annotated[
        list[str] | None, typer.Argument(help="Câu hỏi, mỗi câu trong ngoặc kép; bỏ trống khi dùng --file.")
    ] = None,
    *,
    file: Annotated[str | None, typer.Option(help="Tệp mỗi dòng một câu; - là đầu vào chuẩn.")] = None,
    on: Annotated[str | None, typer.Option(help="Ngày ISO cần xét hiệu lực; bỏ trống: hôm nay.")] = None,
    installed: Annotated[
        bool, typer.Option("--installed", help="Hỏi trên quy định đã duyệt trong cơ sở dữ liệu.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bot sẽ trả lời một câu hỏi về quy định thế nào; mặc định trên bộ quy định mẫu, không cần cơ sở dữ liệu."""
    from bot.cli import lines
    from bot.policy.calculators import sample_rates
    from bot.policy.library import Library
    from bot.policy.reading import sample

    if bool(text) == (file is not None):
        raise typer.BadParameter(_("Hãy cho một câu, hoặc --file."))
    day = now().astimezone(VIETNAM).date()
    if on is not None:
        try:
            day = datetime.fromisoformat(on).date()
        except ValueError:
            raise typer.BadParameter(_("Ngày phải ở dạng ISO, ví dụ 2026-11-24.")) from None
    library = _installed() if installed else Library(*sample(), rates=sample_rates())
    for line in lines(text, file):
        found = library.ask(line, day)
        if as_json:
            sys.stdout.write(json.dumps(as_object(line, found, day), ensure_ascii=False) + "\n")
        else:
            _show(found, day)


def _installed() -> Any:
    from bot.policy import queries
    from bot.policy.shelf import from_stored

    return from_stored(cli_people.in_store(queries.stored))


def as_object(question: str, found: "Answer", day: date) -> dict[str, Any]:
    """The object that `policy ask --json` prints. `document`, `article` and `text` are the first piece's."""
    from bot.policy import texts

    piece = found.pieces[0] if found.pieces else None
    document = piece.document if piece else None
    return {
        "question": question,
        "verdict": found.verdict.value,
        "kind": piece.kind.value if piece else None,
        "topic": piece.topic if piece else None,
        "document": document.number if document else None,
        "article": f"Điều {piece.number}" if piece and piece.number else None,
        "validity": document.validity(day).value if document else None,
        "text": texts.quoted(piece, found.clause) if piece else None,
        "confidence": found.confidence,
        "understood": found.understood or None,
        "replaced": [{"number": old, "by": new or None} for old, new in found.replaced],
        "choices": [each.heading for each in found.pieces] if found.verdict == "choices" else [],
        "why": found.why or None,
    }


def _show(found: "Answer", day: date) -> None:
    from bot.policy import texts

    if found.why and found.why != "no_text":
        said = texts.boundary(found.why)
    elif found.verdict == "answer":
        said = texts.answer(found, day)
    else:
        said = texts.options(found, 0) if found.verdict == "choices" else texts.nothing(found, 0)
    screen = Console(highlight=False)
    screen.print(said.heading, style="bold", markup=False)
    screen.print(said.text, markup=False)
    if found.verdict == "choices":
        for each in found.pieces:
            screen.print(f"  [{each.heading}]", markup=False)


@policy.command("eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Thư mục có corpus.jsonl, queries.jsonl, no_answer.jsonl.")],
    train: Annotated[Path | None, typer.Option(help="Học từ câu hỏi của thư mục này.")] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="Học từ các phần khác của chính thư mục.")] = None,
    as_json: AsJson = False,
) -> None:
    """Đo tra cứu trên một bộ câu hỏi có nhãn; không bao giờ học từ câu đang đo. --train và --folds cần LightGBM."""
    from bot.policy.evaluation import evaluate as measure

    if train is not None and folds is not None:
        raise typer.BadParameter(_("Chọn một trong hai: --train hoặc --folds."))
    try:
        found = measure(folder, train, folds)
    except FileNotFoundError as error:
        raise typer.BadParameter(_("Không thấy tệp {path}.", path=error.filename)) from None
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise typer.BadParameter(
            _("Bộ câu hỏi trong {path} chưa đúng dạng, hoặc quá ít câu: {why}", path=folder, why=error)
        ) from None
    except ModuleNotFoundError:
        raise typer.BadParameter(_("Cần LightGBM để học: chạy make setup trước.")) from None
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return
    table = Table(_("Phần"), _("Chỉ số"), _("Giá trị"))
    for part, figures in found.items():
        for name, value in figures.items():
            table.add_row(part, name, str(value))
    Console().print(table)


@policy.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="PDF có chữ, DOCX, HTML, TXT hoặc Markdown.")],
    *,
    number: Annotated[str, typer.Option(help="Số, ký hiệu, khi tệp không nêu.")] = "",
    title: Annotated[str, typer.Option(help="Tên văn bản.")] = "",
    issuer: Annotated[str, typer.Option(help="Cơ quan ban hành.")] = "",
    issued: Annotated[str, typer.Option(help="Ngày ban hành.")] = "",
    from_: Annotated[str, typer.Option("--from", help="Có hiệu lực từ.")] = "",
    until: Annotated[str, typer.Option(help="Hết hiệu lực sau ngày.")] = "",
    replaces: Annotated[str, typer.Option(help="Số của văn bản bị thay, cách nhau bằng dấu chấm phẩy.")] = "",
    link: Annotated[str, typer.Option(help="Địa chỉ công khai của văn bản gốc.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ cho xem cây điều khoản.")] = False,
    as_json: AsJson = False,
) -> None:
    """Nhập văn bản ở trạng thái chưa kiểm tra: chưa trả lời ai cho tới khi cán bộ duyệt."""
    from bot.policy import service
    from bot.policy.importing import read_file
    from bot.policy.reading import Unreadable

    given = {"number": number, "title": title, "issuer": issuer, "issued": issued, "from": from_}
    given |= {"until": until, "replaces": replaces, "link": link}
    failed = False
    for path in files:
        try:
            source = read_file(path.name, path.read_bytes(), {k: v for k, v in given.items() if v})
        except (Unreadable, OSError) as error:
            failed = True
            Console(stderr=True).print(
                _("{path}: không nhập được. {why}", path=path, why=_why(error)), markup=False
            )
            continue
        if as_json:
            sys.stdout.write(json.dumps(_tree(source), ensure_ascii=False) + "\n")
        else:
            _show_tree(source)
        if not dry_run:
            key, new = cli_people.in_store(partial(service.add_document, source=source))
            words = _("Đã nhập, mã {id}, chưa kiểm tra.") if new else _("Văn bản này đã có, mã {id}.")
            Console(stderr=True).print(words.format(id=key), markup=False)
    if failed:
        raise typer.Exit(2)


def _why(error: Exception) -> str:
    """Why a file was not taken, in words."""
    if isinstance(error, UnicodeDecodeError):
        return _("Tệp không phải UTF-8. Hãy lưu lại ở dạng UTF-8.")
    return " ".join(explain(error) or [str(error)])


def _issued(document: "Document") -> str:
    return full_date(document.issued_on) if document.issued_on else ""


def _tree(source: "Source") -> dict[str, Any]:
    document = source.document
    return {
        "number": document.number,
        "issued": document.issued_on.isoformat() if document.issued_on else None,
        "title": document.title,
        "issuer": document.issuer,
        "articles": [
            {
                "path": each.path,
                "article": each.number,
                "heading": each.heading,
                "clauses": each.text.count("\n") + 1 if each.text else 0,
                "page": each.page,
                "offset": each.offset,
            }
            for each in source.articles
        ],
    }


def _show_tree(source: "Source") -> None:
    document = source.document
    screen = Console(highlight=False)
    screen.print(f"{document.number} {_issued(document)} {document.title}", style="bold", markup=False)
    path = ""
    for each in source.articles:
        if each.path != path:
            path = each.path
            screen.print(path, markup=False)
        name = f"Điều {each.number}. {each.heading}" if each.number else each.heading
        screen.print(
            f"   {name}" + (f"  ({_('trang {page}', page=each.page)})" if each.page else ""), markup=False
        )
        for line in each.text.split("\n"):
            screen.print(f"      {line[:90]}", style="dim", markup=False)


@policy.command("entries")
def import_entries(
    file: Annotated[Path, typer.Argument(help="Tệp gồm các khối Hỏi: / Hoặc: / Căn cứ: / Đáp:")],
) -> None:
    """Nhập mục hỏi đáp ở trạng thái chưa duyệt."""
    from bot.policy import service
    from bot.policy.reading import Unreadable, read_entries

    try:
        entries = read_entries(file.read_text(encoding="utf-8-sig"))
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(_("{path}: không nhập được. {why}", path=file, why=_why(error))) from None
    if not entries:
        raise typer.BadParameter(_("{path} không có mục nào. Xem dạng tệp trong docs/policy.md.", path=file))
    count = cli_people.in_store(lambda tx: service.add_entries(tx, entries, None, approved=False))
    Console(stderr=True).print(
        _("Đã nhập {count} mục, chờ duyệt: sotay policy approve --entries", count=count)
    )


@policy.command("approve")
def approve(
    ids: Annotated[list[int] | None, typer.Argument(help="Mã văn bản trong sotay policy list.")] = None,
    *,
    entries: Annotated[bool, typer.Option("--entries", help="Duyệt mọi mục hỏi đáp đang chờ.")] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Nạp và duyệt bộ quy định mẫu để dùng thử.")
    ] = False,
) -> None:
    """Duyệt văn bản hoặc mục hỏi đáp: từ lúc này bot trả lời bằng chúng."""
    from bot.policy import service
    from bot.policy.calculators import sample_rates
    from bot.policy.reading import sample as read_sample

    screen = Console(stderr=True)
    if not (ids or entries or sample):
        raise typer.BadParameter(_("Hãy cho mã trong sotay policy list, hoặc --entries, hoặc --sample."))
    for key in ids or []:
        try:
            cli_people.in_store(partial(service.approve, document_id=key, by=None))
        except LookupError:
            raise typer.BadParameter(_("Không có văn bản mã {id}.", id=key)) from None
        screen.print(_("Đã duyệt văn bản mã {id}.", id=key))
    if entries:
        count = cli_people.in_store(lambda tx: service.approve_entries(tx, None))
        screen.print(_("Đã duyệt {count} mục hỏi đáp.", count=count))
    if sample:
        cli_people.in_store(lambda tx: service.add_sample(tx, *read_sample(), sample_rates()))
        screen.print(_("Đã nạp bộ quy định mẫu; mọi câu trả lời từ đó đều ghi là mẫu."))


@policy.command("rates")
def rates(
    file: Annotated[
        Path, typer.Argument(help="Tệp cách nhau bằng tab: tên, giá trị, tính trên, quy định, từ, đến.")
    ],
) -> None:
    """Đặt các mức dùng để tính (đảng phí, tuổi đảng, dự bị); thay mọi mức cũ."""
    from bot.policy import service
    from bot.policy.calculators import read_rates
    from bot.policy.reading import Unreadable

    try:
        found = read_rates(file.read_text(encoding="utf-8-sig").splitlines())
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(_("{path}: không nhập được. {why}", path=file, why=_why(error))) from None
    if not found:
        raise typer.BadParameter(_("{path} không có mức nào; các mức cũ còn nguyên.", path=file))
    cli_people.in_store(lambda tx: service.set_rates(tx, found, None))
    Console(stderr=True).print(_("Đã đặt {count} mức, thay mọi mức cũ.", count=len(found)))


@policy.command("withdraw")
def withdraw(ids: Annotated[list[int], typer.Argument(help="Mã văn bản trong sotay policy list.")]) -> None:
    """Thôi dùng văn bản: bot không trả lời bằng nó nữa."""
    from bot.policy import service

    for key in ids:
        try:
            cli_people.in_store(partial(service.withdraw, document_id=key, by=None))
        except LookupError:
            raise typer.BadParameter(_("Không có văn bản mã {id}.", id=key)) from None
        Console(stderr=True).print(_("Đã thôi dùng văn bản mã {id}.", id=key))


@policy.command("list")
def listed(as_json: AsJson = False) -> None:
    """Văn bản đã nhập, trạng thái, số điều."""
    from bot.policy import queries

    rows = cli_people.in_store(queries.documents)
    known_by = Column(_("Mã"), no_wrap=True)
    table = Table(known_by, _("Số, ký hiệu"), _("Ngày"), _("Tên"), _("Điều"), _("Trạng thái"))
    words = {"unchecked": _("chưa kiểm tra"), "approved": _("đã duyệt"), "withdrawn": _("thôi dùng")}
    for row in rows:
        if as_json:
            body = {"id": row.id, "state": row.state.value, "articles": row.articles}
            body |= {"number": row.document.number, "title": row.document.title}
            sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
        known = row.document
        table.add_row(
            str(row.id),
            known.number,
            _issued(known),
            known.title,
            str(row.articles),
            words[row.state],
        )
    if not as_json:
        Console().print(table)
