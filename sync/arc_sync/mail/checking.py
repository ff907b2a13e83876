"""Whether a template can be filled in, said in words with the line; it is read here and never run.

A template may name the facts of `wording.NAMES`, ask {% if %}, loop over the invoices, and use a few filters.
Everything else of Jinja is refused: what a person types into a cell is text with blanks, not a program.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from arc_sheets.languages import LANGUAGES, known_language
from arc_sheets.wording import BLOCKS, ITEM_NAMES, NAMES

Column = Literal["subject", "body", "language"]

LONGEST: Final = 32_767  # characters that fit a cell

_FILTERS: Final = frozenset(
    {"upper", "lower", "capitalize", "trim", "replace", "default", "length", "first", "last"}
)
_OF_LOOP: Final = frozenset({"index", "first", "last"})
#: What may cost more than its own length: it is tried out in the child.
_COSTLY: Final = (nodes.For, nodes.Assign, nodes.Filter, nodes.Concat, nodes.Add)
_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test, nodes.Getattr, nodes.Keyword),
    *_COSTLY,
)
_REFUSED: Final[dict[type[nodes.Node], str]] = {
    nodes.Call: "a name with round brackets, such as range(9),",
    nodes.Getitem: "a name with square brackets",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
    nodes.Sub: "-",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.AssignBlock: "{% set %} over several lines",
    nodes.With: "{% with %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
}
#: What people call a fact that has another name here.
_MEANT: Final = {
    **dict.fromkeys(("amount", "balance", "open", "sum", "total_due"), "total"),
    **dict.fromkeys(("invoice_table", "table", "invoice_lines", "list"), "lines"),
    **dict.fromkeys(("collector", "sender", "sender_name", "my_name"), "name"),
    **dict.fromkeys(("days", "days_late", "days_overdue"), "oldest_days"),
    **dict.fromkeys(("due_date", "date_due"), "oldest_due"),
    **dict.fromkeys(("deadline", "final_date", "until"), "pay_by"),
    **dict.fromkeys(("payment_link", "pay_link", "url"), "link"),
    **dict.fromkeys(("bank", "iban", "account", "payment"), "how_to_pay"),
    **dict.fromkeys(("customer_name", "client", "debtor"), "customer"),
    **dict.fromkeys(("first_name", "contact_name", "salutation"), "greeting"),
    **dict.fromkeys(("invoice", "invoice_number", "number"), "invoices"),
    **dict.fromkeys(("date", "as_of", "now"), "today"),
}
#: What Jinja says of a text that it cannot read, and the same for somebody who types templates into cells.
_SAYINGS: Final = (
    (
        r"unexpected char '[“”„\u2018\u2019«»]'",
        'curly quotes stand within the braces; type straight ones (")',
    ),
    (
        r"unexpected char (.+?) at \d+",
        "{0} cannot stand within the braces; a name is one word, such as {{{{ total }}}}",
    ),
    (r"unexpected '\}'|unexpected end of template", "braces are opened and not closed; write {{{{ name }}}}"),
    (
        r"end of print statement', got|Expected an expression",
        "within the braces stands one name, such as {{{{ total }}}}",
    ),
    (r"expected name or number", "nothing stands after the dot"),
    (r"Missing end of comment", "{{# is opened and not closed"),
    (r"Unexpected end of template.* to be closed is '(\w+)'", "{{% {0} %}} has no {{% end{0} %}}"),
    (r"unknown tag '((?:end|el)\w+)'", "{{% {0} %}} has nothing to belong to"),
    (r"unknown tag '(\w+)'", "there is no {{% {0} %}}"),
    (r"end of statement block', got '='", "to compare, write == and not ="),
)
_RAW: Final = re.compile(r"\{%[-+]?\s*raw")
_IN_BRACES: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_STRAY: Final = re.compile(r"\{\s*[A-Za-z_]+\s*\}+|\}\}|%\}")


class Fault(NamedTuple):
    """What is wrong with a template, and on which of its lines."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


class Checked(NamedTuple):
    """A template read: its first fault, or None, and whether filling it in has to be tried out."""

    fault: Fault | None
    costly: bool = False


@lru_cache(maxsize=1)
def environment() -> ImmutableSandboxedEnvironment:
    """Return the only environment that templates are read and filled in by: no loader, no globals, few filters."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # plain text; `layout` makes the HTML and escapes it
        optimized=False,  # a constant such as 'a' * 10**9 is not computed while the template is read
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.tests = {"defined": made.tests["defined"]}
    return made


@lru_cache(maxsize=512)
def checked(column: Column, text: str) -> Checked:
    """Read a subject, a body or a language, as it stands in its cell."""
    if column == "language":
        return Checked(_language_fault(text))
    if fault := _plain_fault(column, text):
        return Checked(fault)
    try:
        tree = environment().parse(text)
        faults = [*_faults(tree, column), *_written_whole(tree), *_loops(tree), *_stray(text)]
        costly = any(isinstance(node, _COSTLY) for node in tree.find_all(nodes.Node))
    except TemplateSyntaxError as error:
        return Checked(Fault(error.lineno, _in_words(error.message or "")))
    except RecursionError:
        return Checked(Fault(1, "it is nested too deeply"))
    return Checked(min(faults, default=None, key=lambda fault: fault.line), costly)


def _language_fault(text: str) -> Fault | None:
    if known_language(text):
        return None
    known = " or ".join(language.name for language in LANGUAGES)
    return Fault(1, f'ARC has no words for dates and amounts in "{text.strip()}"; write {known}')


def _plain_fault(column: Column, text: str) -> Fault | None:
    if len(text) > LONGEST:
        return Fault(1, f"the text is longer than {LONGEST:,} characters")
    if column == "subject" and len(text.strip().splitlines()) > 1:
        return Fault(1, "a subject is one line; take the line break out")
    if found := _RAW.search(text):
        return Fault(text.count("\n", 0, found.start()) + 1, "{% raw %} cannot be used in a template")
    if column == "body" and not text.strip():
        return Fault(1, "there is no text")
    return None


def _in_words(message: str) -> str:
    """Return what Jinja says, for somebody who types templates into cells."""
    for pattern, words in _SAYINGS:
        if found := re.search(pattern, message):
            return words.format(*found.groups())
    return message[:1].lower() + message[1:].rstrip(".")


# --- what is refused --------------------------------------------------------------------------------------------


def _faults(tree: nodes.Template, column: Column) -> Iterator[Fault]:
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    line = 1
    for node in tree.find_all(nodes.Node):
        line = node.lineno or line  # Jinja leaves the line out where a tag makes several nodes
        if what := _refusal(node, own) or _block_in_subject(node, column):
            yield Fault(line, what)


def _refusal(node: nodes.Node, own: set[str]) -> str:
    """Say what is wrong with a node, or ""; `own` are the names that the template gives out itself."""
    if not isinstance(node, _ALLOWED):
        return f"{_REFUSED.get(type(node), type(node).__name__)} cannot be used in a template"
    what = ""
    match node:
        case nodes.For(recursive=True):
            what = "a loop that is recursive cannot be used in a template"
        case nodes.Getattr(node=base, attr=attr):
            what = _attribute_fault(base.name if isinstance(base, nodes.Name) else "", attr, own)
        case nodes.Name(name=name, ctx="load") if name not in NAMES and name not in own | {"loop"}:
            what = f"there is no {{{{ {name} }}}}{_perhaps(name, NAMES)}"
        case nodes.Filter(name=name) if name not in _FILTERS:
            what = f"there is no filter {name}{_perhaps(name, _FILTERS, '{}')}"
        case nodes.Test(name=name) if name != "defined":
            what = f'"is {name}" cannot be used in a template'
    return what


def _attribute_fault(name: str, attr: str, own: set[str]) -> str:
    if name == "loop":
        return "" if attr in _OF_LOOP else f"there is no loop.{attr}{_perhaps(attr, _OF_LOOP, 'loop.{}')}"
    if name in own:
        near = _perhaps(attr, ITEM_NAMES, f"{{{{{{{{ {name}.{{}} }}}}}}}}")
        return "" if attr in ITEM_NAMES else f"there is no {{{{ {name}.{attr} }}}}{near}"
    return (
        f"{{{{ {name} }}}} is a text: no dot can follow it"
        if name
        else f".{attr} cannot be used in a template"
    )


def _perhaps(name: str, known: Collection[str], shown: str = "{{{{ {} }}}}") -> str:
    meant = _MEANT if known is NAMES else {}
    near = get_close_matches(name.casefold(), [*known, *meant], 1)
    return f"; did you mean {shown.format(meant.get(near[0], near[0]))}?" if near else ""


def _block_in_subject(node: nodes.Node, column: Column) -> str:
    if column == "subject" and isinstance(node, nodes.Name) and node.name in BLOCKS:
        return f"{{{{ {node.name} }}}} has several lines, a subject has one"
    return ""


def _written_whole(tree: nodes.Template) -> Iterator[Fault]:
    """Find an invoice, or all of them, that would be written out as the machine keeps them."""
    targets = (loop.target for loop in tree.find_all(nodes.For) if loop.iter == nodes.Name("items", "load"))
    each = {target.name for target in targets if isinstance(target, nodes.Name)}
    for part in (part for output in tree.find_all(nodes.Output) for part in output.nodes):
        if isinstance(part, nodes.Name) and part.name in {"items"} | each:
            shown = (
                f"{{{{ {part.name}.number }}}}" if part.name in each else "{{ lines }}, or a loop over items"
            )
            yield Fault(part.lineno, f"{{{{ {part.name} }}}} is no text; write {shown}")


def _loops(node: nodes.Node, *, inside: bool = False) -> Iterator[Fault]:
    """Find `loop` outside a loop, or written whole; Jinja knows it in the body alone, not in what is looped over."""
    if isinstance(node, nodes.Name) and node.name == "loop":
        what = "is no text; write {{ loop.index }}" if inside else "stands outside of a loop"
        yield Fault(node.lineno, f"{{{{ loop }}}} {what}")
    if isinstance(node, nodes.Getattr) and inside and node.node == nodes.Name("loop", "load"):
        return
    body = node.body if isinstance(node, nodes.For) else []
    for child in node.iter_child_nodes():
        yield from _loops(child, inside=inside or any(child is part for part in body))


def _stray(text: str) -> Iterator[Fault]:
    """Find braces that were meant to be filled in and would be sent as they are."""
    outside = _IN_BRACES.sub(lambda found: "\n" * found[0].count("\n") or " ", text)
    for found in _STRAY.finditer(outside):
        line = outside.count("\n", 0, found.start()) + 1
        yield Fault(line, f"{found[0]} lacks a brace; write {{{{ name }}}}")
