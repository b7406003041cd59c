"""Every small change of a module: a comparison turned, a number raised, an entry left out."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import CodeType
from typing import cast

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLED = {"any": "all", "all": "any", "min": "max", "max": "min"}
_LEFT_OUT = frozenset({"annotation", "returns", "decorator_list", "type_comment", "op", "ops"})
_SHOWN = 90  # characters of code in a mutant's name


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `name` says in which function, and what was there before and after.

    It stays the same when lines above move, so that a list can hold it.
    """

    module: str
    name: str
    line: int
    is_in_function: bool
    code: Callable[[], CodeType]


@dataclass(frozen=True, slots=True)
class _Site:
    """A place in the tree: `parent.field`, or its `index`, holds the node."""

    parent: ast.AST
    field: str
    index: int | None
    within: str
    is_in_function: bool

    def put(self, node: ast.AST | None) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    def get(self) -> ast.AST:
        held = getattr(self.parent, self.field)
        return cast("ast.AST", held if self.index is None else held[self.index])


def mutants(root: Path, module: str) -> list[Mutant]:
    """All changes of `module`, a path below `root`, in the order of its lines."""
    tree = ast.parse((root / module).read_text("utf-8"))
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for site in _sites(tree):
        for what, change in _changes(site):
            name = f"{site.within or 'module'}: {what}"
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f"{name} (number {seen[name]})"
            line = getattr(site.get(), "lineno", 0)
            code = _compiling(tree, site, change, root / module)
            found.append(Mutant(module, name, line, site.is_in_function, code))
    return found


def _compiling(
    tree: ast.Module, site: _Site, change: ast.AST, file: Path
) -> Callable[[], CodeType]:
    def compiled() -> CodeType:
        kept = site.get()
        site.put(ast.copy_location(change, kept))
        try:
            return compile(ast.fix_missing_locations(tree), str(file), "exec")
        finally:
            site.put(kept)

    return compiled


def _short(code: str) -> str:
    words = " ".join(code.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"


def _sites(node: ast.AST, within: str = "", *, runs_later: bool = False) -> Iterator[_Site]:
    """Every place below; `runs_later` is true inside a function's body."""
    for field, value in ast.iter_fields(node):
        if field in _LEFT_OUT:
            continue
        later = runs_later or (isinstance(node, ast.FunctionDef) and field == "body")
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_silent(node, child):
                continue
            yield _Site(node, field, index if isinstance(value, list) else None, within, later)
            below = within
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                below = f"{within}.{child.name}" if within else child.name
            yield from _sites(child, below, runs_later=later)


def _is_silent(parent: ast.AST, child: ast.AST) -> bool:
    """Docstrings, imports, and the plain words between an f-string's gaps."""
    if isinstance(child, ast.Import | ast.ImportFrom):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(parent, ast.AnnAssign | ast.Assign) and _is_slots(parent):
        return True
    return isinstance(parent, ast.JoinedStr) and isinstance(child, ast.Constant)


def _is_slots(node: ast.AnnAssign | ast.Assign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(one, ast.Name) and one.id == "__slots__" for one in targets)


def _changes(site: _Site) -> Iterator[tuple[str, ast.AST]]:
    """What the node may become, each with a name."""
    node = site.get()
    for after in chain(_of_expression(node), _of_condition(site, node), _of_statement(node)):
        ast.copy_location(after, node)
        whole = ast.fix_missing_locations(after)
        yield f"{_short(ast.unparse(node))} -> {_short(ast.unparse(whole))}", after
    yield from _of_table(node)


def _of_expression(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for place, op in enumerate(node.ops):
                ops = [*node.ops]
                ops[place] = _COMPARED[type(op)]()
                yield ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield ast.BoolOp(other, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _RECKONED:
            yield ast.BinOp(node.left, _RECKONED[type(node.op)](), node.right)
        case ast.Constant():
            yield from _of_constant(node)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name], ast.Load()), node.args, node.keywords)
        case _:
            pass


def _of_table(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """A table with one entry left out."""
    if isinstance(node, ast.Dict) and len(node.values) > 1:
        for place, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            keys = [k for n, k in enumerate(node.keys) if n != place]
            values = [v for n, v in enumerate(node.values) if n != place]
            yield f"without {_short(ast.unparse(key or value))}", ast.Dict(keys, values)
    if isinstance(node, ast.Set) and len(node.elts) > 1:
        for place, one in enumerate(node.elts):
            rest = [e for n, e in enumerate(node.elts) if n != place]
            yield f"without {_short(ast.unparse(one))}", ast.Set(rest)


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant(f"XX{value}XX" if value else "XX")


def _of_condition(site: _Site, node: ast.AST) -> Iterator[ast.AST]:
    """A condition turned round; a comprehension's, left out."""
    if site.field == "test" and isinstance(node, ast.expr):
        yield ast.UnaryOp(ast.Not(), node)
    elif site.field == "ifs":
        yield ast.Constant(value=True)


def _of_statement(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield ast.Break()
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield ast.Assign([ast.Name(name, ast.Store())], value)
        case ast.Raise():
            yield ast.Pass()
        case _:
            pass


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
