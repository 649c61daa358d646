"""What is not mutated, each rule with its reason. Nothing is left out because no test would notice it."""

import ast


def excluded(parent: ast.AST, field: str, node: ast.AST) -> bool:
    return any(holds(parent, field, node) for holds in EXCLUSIONS.values())


def _statement_calls(node: ast.AST, *patterns: str) -> bool:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    called = ast.unparse(node.value.func)
    return any(called == pattern or called.startswith(pattern + ".") for pattern in patterns)


def _needs_windows(parent: ast.AST) -> bool:
    return isinstance(parent, ast.If) and any(
        isinstance(statement, ast.Import) and statement.names[0].name == "msvcrt"
        for statement in parent.orelse
    )


EXCLUSIONS = {
    "docstrings are words": (
        lambda _parent, _field, node: isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ),
    "the log is written for people; what it says is promised to no one": (
        lambda _parent, _field, node: _statement_calls(node, "log")
    ),
    "the arguments of an exception are its words; that it is raised is mutated by the conditions around it": (
        lambda parent, field, _node: isinstance(parent, ast.Raise) and field == "exc"
    ),
    "as above, where an exception hands its words to its base class": (
        lambda _parent, _field, node: _statement_calls(node, "super().__init__")
    ),
    "failpoints are nothing unless the crash suite arms them, and that suite is no part of this run": (
        lambda _parent, _field, node: _statement_calls(node, "failpoint")
    ),
    "the type checker proves that assert_never is not reached": (
        lambda _parent, _field, node: _statement_calls(node, "assert_never")
    ),
    "decorators: whether a class has slots or is frozen changes nothing that the program does": (
        lambda _parent, field, _node: field == "decorator_list"
    ),
    "annotations are for the type checker": (
        lambda _parent, field, _node: field in {"annotation", "returns"}
    ),
    "f-strings are words here, and Python 3.11 does not tell where their parts stand": (
        lambda _parent, _field, node: isinstance(node, ast.JoinedStr)
    ),
    "what runs on Windows only cannot be tried here, nor can the question whether this is Windows": (
        lambda parent, field, _node: _needs_windows(parent) and field in {"test", "orelse"}
    ),
}
"""Rules about `node`, which stands in `field` of `parent`; it and everything below it is left alone."""

SQL_EXCLUSIONS = {
    "LIMIT 1": "in a scalar subquery the first row counts anyway",
    "INSERT columns": "a statement with a column less than values is refused by every database",
}
"""As above, for the text of statements; `sql_mutants.py` has no mutation for these."""
