"""Write the code of our templates, and what that code calls for each value.

Jinja escapes each value that is put out, and half of them are words and what macros made: that
copies them. It also goes through functions of its own for each attribute, word and import, of which
a page of 20 payments has 5,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

WORD, COUNTED = "_word", "_counted"
"""Names of the filters that calls of `_` with one text and of `ngettext` with two become."""


def markup(text: str) -> Markup:
    """Return a text that is escaped already as one, without the question whether it was."""
    return str.__new__(Markup, text)


def filled(text: str, values: Mapping[str, Any]) -> Markup:
    """Return a text of ours with values in it, which are escaped."""
    return markup(text % {name: escaped(value) for name, value in values.items()})


def escaped(value: Any) -> str:
    """Return what a template shows of a value that is not escaped yet. Numbers hold no signs."""
    kind = type(value)
    if kind is str:
        # What `escape` calls, which would copy it once more into a Markup that nobody asks for.
        return str(_escape_inner(value))
    return str(value) if kind is int else escape(value)


class Generator(CodeGenerator):
    """Writes a template's code: what is escaped already is put out as it is.

    What an included template puts out is handed on in one piece, not line by line through every
    template around it. In the code, `say` holds the words of the present answer's language: each
    function that says some looks for them once, when it is called.
    """

    _says = False
    _begins_macro = False

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Write the function of the whole template."""
        self.writeline(f"from {__name__} import escaped, filled")
        self._says = _says(node.body)
        super().visit_Template(node, frame)

    def write_commons(self) -> None:
        """Write what such a function begins with."""
        super().write_commons()
        self.writeline("words, attribute_of = environment.words, environment.getattr")
        if self._says:
            self.writeline("say = words()")

    def macro_body(
        self, node: nodes.Macro | nodes.CallBlock, frame: Frame
    ) -> tuple[Frame, MacroRef]:
        """Write the function of a macro."""
        self._begins_macro = _says([*node.body, *node.defaults])
        return super().macro_body(node, frame)

    def enter_frame(self, frame: Frame) -> None:
        """Write what a scope begins with."""
        super().enter_frame(frame)
        if self._begins_macro:
            self._begins_macro = False
            self.writeline("say = words()")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802  Jinja's name.
        """Write a filter, or the word that a call of `_` became."""
        if not _is_word(node):
            super().visit_Filter(node, frame)
        elif not node.kwargs:
            self.write(f"say[{_text(node)!r}]")
        else:
            self.write(f"filled(say.texts[{_text(node)!r}], {{")
            for pair in node.kwargs:
                self.write(f"{pair.key!r}: ")
                self.visit(pair.value, frame)
                self.write(", ")
            self.write("})")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  Jinja's name.
        """Write how an attribute is read."""
        # Most have it. Where one has not, Jinja looks for an item, and else answers undefined.
        self.write("(got if (got := getattr(of := (")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing")
        self.write(f" else attribute_of(of, {node.attr!r}))")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context or not isinstance(node.template, nodes.Const):
            super()._import_common(node, frame)
        else:
            self.write(f"environment.imported({node.template.value!r}, context)")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if not _is_escaping(frame, finalize):
            super()._output_child_pre(node, frame, finalize)
        elif not _is_word(node):
            self.write("(out if type(out := (")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if not _is_escaping(frame, finalize):
            super()._output_child_post(node, frame, finalize)
        elif not _is_word(node):
            self.write(")) is Markup else escaped(out))")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802  Jinja's name.
        """Write an include."""
        name = part_of(node)
        if name is None:
            super().visit_Include(node, frame)
            return
        self.writeline(f"template = environment.get_template({name!r})", node)
        self.writeline("included = template.new_context(")
        self.write(f"context.get_all(), True, {self.dump_local_context(frame)})")
        self.simple_write("concat(template.root_render_func(included))", frame)


def part_of(node: nodes.Include) -> str | None:
    """Return the one template that is included and sees what is known here; None for others."""
    if not node.with_context or node.ignore_missing or not isinstance(node.template, nodes.Const):
        return None
    return str(node.template.value)


def _says(found: Iterable[nodes.Node]) -> bool:
    """Return whether a function that is made of these says words by itself."""
    return any(_is_word(node) or _says(_of_the_same_function(node)) for node in found)


def _of_the_same_function(node: nodes.Node) -> Iterable[nodes.Node]:
    """Return what stands in a node. The body of a macro is a function of its own."""
    if isinstance(node, nodes.Macro):
        return ()
    return (node.call,) if isinstance(node, nodes.CallBlock) else node.iter_child_nodes()


def _is_word(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Filter) and node.name == WORD and isinstance(node.node, nodes.Const)
    )


def _text(node: nodes.Filter) -> str:
    return str(node.node.as_const()) if node.node else ""


def _is_escaping(frame: Frame, finalize: Any) -> bool:
    is_plain = finalize.src is None and not frame.eval_ctx.volatile
    return is_plain and bool(frame.eval_ctx.autoescape)
