"""Parsing one file: Lark's LALR tables, with recovery after each syntax error.

The recovery is yacc's: pop to where a BROKEN piece is allowed, feed one, skip to the end of the piece
(`;`, or the `}` that closes it). So one run reports every item and every member that is wrong.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lark import Lark, Token

from .build_tree import TreeBuilder
from .diagnostics import Note, Sink, did_you_mean
from .model import Place
from .syntax import File, Name

ERRORS_MAX = 50  # of one file; what follows is noise
ITEM_WORDS = ("IMPORT", "ENUM", "STRUCT", "INTERFACE", "COMPONENT", "ASSEMBLY")
UNITS = ("K", "M", "kb", "KB", "kB", "MB", "Mb", "us", "ms", "s", "sec", "seconds", "min", "KiB", "MiB")
SIGNS = {"__ANON_0": "->", "$END": "end of file"}

_stray: list[Token] = []


@cache
def _lark() -> Lark:
    folder = Path(__file__).parent
    cache_file = folder / "__pycache__" / "grammar.lark.cache"
    try:
        cache_file.parent.mkdir(exist_ok=True)
    except OSError:
        pass
    return Lark(
        (folder / "grammar.lark").read_text(),
        parser="lalr",
        lexer="basic",
        maybe_placeholders=True,
        transformer=TreeBuilder(),
        lexer_callbacks={"STRAY": _stray.append, "COMMENT": _stray.append},
        cache=str(cache_file),
    )


@cache
def _spelling() -> dict[str, str]:
    """What each terminal looks like to a person."""
    shown = {term.name: term.pattern.value.replace("\\", "") for term in _lark().terminals}
    shown.update(NAME="a name", NUMBER="a number", STRING='a "string"', **SIGNS)
    return shown


def parse(path: Path, text: str, sink: Sink) -> File:
    """The syntax tree of this text; what was wrong with it is in the sink."""
    return _Parse(path, text, sink).run()


class _Parse:
    """One file on its way through the LALR automaton."""

    def __init__(self, path: Path, text: str, sink: Sink) -> None:
        self.path = path
        self.sink = sink
        self.file = File(path)
        self.errors = 0
        self.open_strings: set[
            int
        ] = set()  # they swallowed the rest of their line: what is missing there is known
        TreeBuilder.path = path
        self.tokens = self._lex(text)
        self.state = _lark().parse_interactive("").parser_state
        self.states = self.state.parse_conf.parse_table.states

    # --- tokens

    def _lex(self, text: str) -> list[Token]:
        _stray.clear()
        tokens = list(_lark().lex(text))
        previous = None
        for token in _stray:
            if token.type == "COMMENT":
                if token.startswith("/*") and not (token.endswith("*/") and len(token) >= 4):
                    self.sink.error(
                        "NX103", self._place(token, 2), "this comment is never closed", expected="`*/`"
                    )
                    self.file.damaged = True
                continue
            adjoins = previous and previous.line == token.line and previous.column + 1 == token.column
            previous = token
            if not adjoins:
                shown = f"`{token}`" if token.isprintable() else f"character {ord(token):#x}"
                self.sink.error("NX102", self._place(token), f"{shown} has no meaning here")
        for token in tokens:
            if token.type == "STRING" and not (len(token) > 1 and token.endswith('"')):
                self.sink.error(
                    "NX104", self._place(token), "this string is not closed on its line", expected='`"`'
                )
                self.open_strings.add(token.start_pos)
        last = tokens[-1] if tokens else None
        line, column = (last.end_line, last.end_column) if last else (1, 1)
        end = Token("$END", "", len(text), line, column)
        end.end_line, end.end_column = line, column
        return tokens + [end]

    def _place(self, token: Token, width: int | None = None) -> Place:
        return Place(self.path, token.line, token.column, width or max(1, len(token.split("\n")[0])))

    # --- the automaton

    def run(self) -> File:
        """Feed everything; recover from what does not fit."""
        position = 0
        while position < len(self.tokens):
            token = self.tokens[position]
            if token.start_pos in self.open_strings and token.type == "STRING":
                opened = self._pop(position, to_item=False)
                position = self._skip(position, opened, False) if opened else position + 1
                continue
            if self._feed(token):
                position += 1
                continue
            self.errors += 1
            if self.errors > ERRORS_MAX:
                self.sink.error("NX101", self._place(token), "too many syntax errors: the rest is not read")
                self.file.damaged = True
                break
            position = self._recover(position)
        return self.file

    def _feed(self, token: Token) -> bool:
        """Feed a token as whatever the grammar wants it to be; False if it does not fit."""
        for kind in self._readings(token):
            if kind not in self._acceptable((kind,)):
                continue
            if kind == "$END":
                self.file.items = self._finish(token)
                return True
            read = Token(kind, str(token), token.start_pos, token.line, token.column)
            read.end_line, read.end_column = token.end_line, token.end_column
            self.state.feed_token(read)
            return True
        return False

    def _readings(self, token: Token) -> tuple[str, ...]:
        """A keyword is a name wherever it cannot be the keyword."""
        is_word = token.type not in ("NUMBER", "STRING", "$END") and (token[0].isalpha() or token[0] == "_")
        return (token.type, "NAME") if is_word and token.type != "NAME" else (token.type,)

    def _finish(self, token: Token) -> list:
        return self.state.feed_token(Token.new_borrow_pos("$END", "", token), True)

    def _acceptable(self, kinds: tuple[str, ...] | None = None) -> list[str]:
        """Which of these terminals (None: of all) can really be shifted now."""
        table = self.states[self.state.state_stack[-1]]
        return [kind for kind in (kinds or sorted(_spelling())) if kind in table and self._shifts(kind)]

    def _shifts(self, kind: str) -> bool:
        """Simulate: LALR may reduce several times before it sees that the token does not fit."""
        stack = list(self.state.state_stack)
        while True:
            entry = self.states[stack[-1]].get(kind)
            if entry is None:
                return False
            action, argument = entry
            if kind == "$END" and stack[-1] in self.states and argument == self.state.parse_conf.end_state:
                return True
            if not hasattr(argument, "expansion"):
                return True
            if argument.expansion:
                del stack[-len(argument.expansion) :]
            stack.append(self.states[stack[-1]][argument.origin.name][1])
            if kind == "$END" and stack[-1] == self.state.parse_conf.end_state:
                return True

    # --- errors

    def _recover(self, position: int) -> int:
        """Report the token that does not fit; the position at which to go on."""
        token = self.tokens[position]
        expected = [kind for kind in self._acceptable() if kind != "BROKEN"]
        missing = next((kind for kind in ("SEMICOLON", "RPAR") if kind in expected), None)
        if missing and self._ends_here(position):
            self._report_missing(position, _spelling()[missing])
            for kind in (missing, "SEMICOLON"):
                if kind in self._acceptable((kind,)):
                    self.state.feed_token(Token.new_borrow_pos(kind, _spelling()[kind], token))
            return position
        unclosed = self._unclosed_block(token)
        if unclosed:
            self._report_unclosed(token, unclosed)
        else:
            self._report(position, expected)
        return self._skip(position, self._pop(position, to_item=bool(unclosed)), bool(unclosed))

    def _ends_here(self, position: int) -> bool:
        """Whether a missing `;` is the likely slip: the piece is complete and something new begins."""
        if not position:
            return False
        token, previous = self.tokens[position], self.tokens[position - 1]
        return token.type in ("RBRACE", "$END") or (
            token.line > previous.line and token.type not in ("LBRACE", "SEMICOLON", "EQUAL", "LPAR", "COMMA")
        )

    def _after(self, position: int) -> Place:
        previous = self.tokens[position - 1]
        return Place(self.path, previous.end_line, previous.end_column)

    def _report_missing(self, position: int, missing: str) -> None:
        previous = self.tokens[position - 1]
        if previous.start_pos not in self.open_strings:
            text = f"`{missing}` is missing after `{_cut(previous)}`"
            self.sink.error("NX101", self._after(position), text)

    def _unclosed_block(self, token: Token) -> Token | None:
        """The `{` that nobody closed, if this token can only be the next item."""
        starts_item = token.type in ITEM_WORDS and token.column == 1
        if not starts_item and token.type != "$END":
            return None
        braces = [
            value for value in self.state.value_stack if isinstance(value, Token) and value.type == "LBRACE"
        ]
        return braces[0] if braces else None

    def _report_unclosed(self, token: Token, brace: Token) -> None:
        shown = "the end of the file" if token.type == "$END" else f"`{token}`"
        note = Note("the block begins here", self._place(brace))
        self.sink.error(
            "NX105", self._place(token), f"a block is not closed before {shown}", expected="`}`", notes=[note]
        )

    def _report(self, position: int, expected: list[str]) -> None:
        token = self.tokens[position]
        words = [_spelling()[kind] for kind in expected]
        notes, suggestion = [], None
        previous = self.tokens[position - 1] if position else None
        if token.type not in ("NUMBER", "STRING", "$END"):
            suggestion = did_you_mean(
                str(token), [word for word in words if word.isidentifier() and len(word) > 1]
            )
        if previous is not None and previous.type == "NUMBER" and str(token) in UNITS:
            suggestion = f"{previous}{token}"
            notes.append(Note("a number and its unit are one word, without a space"))
        if token.type == "SEMICOLON" and previous is not None and previous.type == "RBRACE":
            self.sink.error("NX101", self._place(token), "no `;` follows a `}` in this language")
            return
        shown = "the end of the file" if token.type == "$END" else f"`{_cut(token)}`"
        self.sink.error(
            "NX101",
            self._place(token),
            f"{shown} does not fit here",
            expected=_either(words),
            suggestion=suggestion,
            notes=notes,
        )

    def _pop(self, position: int, to_item: bool) -> int:
        """Drop the broken piece; how many of its blocks are still open in the text."""
        opened, dropped = 0, []
        while True:
            top_level = not any(isinstance(v, Token) and v.type == "LBRACE" for v in self.state.value_stack)
            if (top_level or not to_item) and "BROKEN" in self._acceptable(("BROKEN",)):
                break
            value = self.state.value_stack.pop()
            self.state.state_stack.pop()
            dropped.append(value)
            opened += isinstance(value, Token) and value.type == "LBRACE"
        if top_level and not self._at_member():
            names = [value.text for value in dropped if isinstance(value, Name)]
            names += [
                str(token) for token in self.tokens[position + 1 : position + 2] if token.type == "NAME"
            ]
            if names:
                self.file.lost.add(names[-1])
            else:
                self.file.damaged = True
        self.state.feed_token(Token("BROKEN", ""))
        return opened

    def _at_member(self) -> bool:
        return any(isinstance(v, Token) and v.type == "LBRACE" for v in self.state.value_stack)

    def _skip(self, position: int, depth: int, at_item: bool) -> int:
        """Skip to the end of the broken piece. It always moves on, or stops at what closes the block."""
        if at_item:
            return position
        inside = self._at_member()
        start = position
        while self.tokens[position].type != "$END":
            token = self.tokens[position]
            if token.type in ITEM_WORDS and token.column == 1 and position > start:
                return position
            if token.type == "LBRACE":
                depth += 1
            elif token.type == "RBRACE":
                if depth == 0 and inside:
                    return position
                depth -= 1
                if depth <= 0:
                    return position + 1
            elif token.type == "SEMICOLON" and depth == 0:
                return position + 1
            position += 1
        return position


def _cut(token: str, limit: int = 40) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in token)
    return shown if len(shown) <= limit else shown[:limit] + "..."


def _either(words: list[str]) -> str | None:
    """a name, `;` or `{`."""
    quoted = sorted(
        {w if " " in w else f"`{w}`" for w in words}, key=lambda w: (" " not in w, w[1].isalpha(), w)
    )
    if not quoted:
        return None
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
