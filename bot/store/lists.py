"""Lists as one parameter: `IN` over hundreds of ids without a place for each, which costs more than finding them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Listed(TypeDecorator[Sequence[Any]]):
    """JSON on SQLite, an array on PostgreSQL."""

    impl = String
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return String() if dialect.name == "sqlite" else dialect.type_descriptor(ARRAY(self.of))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(list(value or ())) if dialect.name == "sqlite" else list(value or ())


class _Each(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Each, "sqlite")
def _sqlite(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"  # noqa: S608 - a place


@compiles(_Each, "postgresql")
def _postgresql(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"


def among(
    column: ColumnElement[Any], name: str, of: type[TypeEngine[Any]] = BigInteger
) -> ColumnElement[bool]:
    """That a column is one of the list given as the parameter `name`, whose values are of a type."""
    return column.op("IN", is_comparison=True)(_Each(bindparam(name, type_=_Listed(of))))
