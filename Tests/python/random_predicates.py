"""Random predicates, written once and spelled for Colonnade and for DuckDB.

A predicate is a pair of texts. They differ only where the dialects do (`IS NAN`). `covered`
collects (operator, kind of column, what the column holds) for the coverage table.
"""

import collections
import math
import random

from random_tables import COLUMNS, random_value

COMPARISONS = ["=", "<>", "!=", "<", "<=", ">", ">="]


def literal(rng, name, value):
    """The SQL text of `value` for a comparison with column `name`."""
    kind = COLUMNS[name][2]
    if kind == "bool":
        return "TRUE" if value else "FALSE"
    if kind == "int":
        if rng.random() < 0.1 and abs(value) < 10**6:
            return f"{value}.5"
        return str(value)
    if kind == "float":
        if math.isnan(value):
            return "CAST('NaN' AS double)"
        if math.isinf(value):
            return "CAST('Infinity' AS double)" if value > 0 else "CAST('-Infinity' AS double)"
        if value == int(value) and abs(value) < 1e6 and rng.random() < 0.3:
            return str(int(value))
        return f"{value!r}"if "e" in repr(value) else f"{value!r}e0"
    if kind == "decimal":
        return format(value, "f")
    if kind == "date":
        text = f"'{value.isoformat()}'"
        return ("DATE " if rng.random() < 0.6 else "") + text
    if kind == "timestamp":
        text = f"'{value.isoformat(sep=' ')}'"
        return ("TIMESTAMP " if rng.random() < 0.6 else "") + text
    if kind == "zoned":
        return f"TIMESTAMPTZ '{value.isoformat(sep=' ')}+00:00'"
    if kind == "time":
        return f"TIME '{value.isoformat()}'"
    if kind == "string":
        return "'" + value.replace("'", "''") + "'"
    raise AssertionError(kind)


class Predicates:
    """A stream of random predicates over one table."""

    def __init__(self, rng: random.Random, table, covered: collections.Counter):
        self.rng = rng
        self.table = table
        self.covered = covered

    def _content(self, name):
        values = self.table.values[name]
        content = "nulls" if any(value is None for value in values) else "no nulls"
        if any(isinstance(value, float) and math.isnan(value) for value in values):
            content += "+NaN"
        return content

    def _note(self, operator, name):
        self.covered[(operator, COLUMNS[name][0], self._content(name))] += 1

    def _near(self, name):
        """A value of the column, most of the time one it really holds."""
        present = [value for value in self.table.values[name] if value is not None]
        if present and self.rng.random() < 0.8:
            return self.rng.choice(present)
        return random_value(self.rng, name)

    def _usable_text(self, name):
        while True:
            value = self._near(name)
            if "\x00" not in value:
                return value

    def _literal(self, name):
        if COLUMNS[name][2] == "string":
            return literal(self.rng, name, self._usable_text(name))
        return literal(self.rng, name, self._near(name))

    def _column(self, kinds):
        return self.rng.choice([name for name in self.table.names if COLUMNS[name][2] in kinds])

    SCALAR = ("bool", "int", "float", "decimal", "date", "timestamp", "zoned", "time", "string")

    def comparison(self):
        name = self._column(self.SCALAR)
        operator = self.rng.choice(COMPARISONS)
        self._note(operator.replace("!=", "<>"), name)
        if self.rng.random() < 0.04:
            return self._same(f"{name} {operator} NULL")
        if self.rng.random() < 0.15:
            return self._same(f"{self._literal(name)} {operator} {name}")
        return self._same(f"{name} {operator} {self._literal(name)}")

    def distinct(self):
        name = self._column(self.SCALAR)
        word = self.rng.choice(["IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
        self._note(word, name)
        right = "NULL" if self.rng.random() < 0.2 else self._literal(name)
        return self._same(f"{name} {word} {right}")

    def columns(self):
        group = self.rng.choice([
            ["i8", "i16", "i32", "u8", "u16", "u32"],
            ["i64", "u64", "i32"],
            ["f32", "f64"], ["i32", "f64"], ["d9", "d30"], ["d9", "i32"], ["day", "ts"],
            ["ts", "tsms"], ["s", "uni"], ["s", "cat"], ["st.a", "i32"], ["st.t", "s"],
        ])
        left, right = self.rng.choice(group), self.rng.choice(group)
        operator = self.rng.choice(COMPARISONS)
        self._note("column " + operator.replace("!=", "<>"), left.split(".")[0])
        return self._same(f"{left} {operator} {right}")

    def between(self):
        name = self._column(("int", "float", "decimal", "date", "timestamp", "zoned", "string"))
        word = self.rng.choice(["BETWEEN", "NOT BETWEEN"])
        self._note(word, name)
        return self._same(f"{name} {word} {self._literal(name)} AND {self._literal(name)}")

    def membership(self):
        name = self._column(("int", "float", "decimal", "date", "string", "time"))
        word = self.rng.choice(["IN", "NOT IN"])
        self._note(word, name)
        items = [self._literal(name) for _ in range(self.rng.randint(1, 5))]
        if self.rng.random() < 0.12:
            items.append("NULL")
        return self._same(f"{name} {word} ({', '.join(items)})")

    def like(self):
        name = self._column(("string",))
        word = self.rng.choice(["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"])
        self._note(word, name)
        text = self._usable_text(name).replace("\\", "")
        pattern = []
        for character in text:
            draw = self.rng.random()
            pattern.append("%" if draw < 0.15 else "_" if draw < 0.3 else character)
        if self.rng.random() < 0.4:
            pattern.append("%")
        if self.rng.random() < 0.3:
            pattern.insert(0, "%")
        quoted = "".join(pattern).replace("'", "''")
        escape = ""
        if self.rng.random() < 0.1 and "!" not in quoted:
            quoted = quoted.replace("%", "!%", 1)
            escape = " ESCAPE '!'"
        return self._same(f"{name} {word} '{quoted}'{escape}")

    def null_test(self):
        name = self.rng.choice(self.table.names)
        word = self.rng.choice(["IS NULL", "IS NOT NULL"])
        self._note(word, name)
        if name == "st" and self.rng.random() < 0.5:
            return self._same(f"st.{self.rng.choice('at')} {word}")
        return self._same(f"{name} {word}")

    def nan_test(self):
        name = self._column(("float",))
        if self.rng.random() < 0.5:
            self._note("IS NAN", name)
            return (f"{name} IS NAN", f"({name} IS NOT NULL AND isnan({name}))")
        self._note("IS NOT NAN", name)
        return (f"{name} IS NOT NAN", f"({name} IS NULL OR NOT isnan({name}))")

    def truth(self):
        inner = self.leaf()
        word = self.rng.choice(["IS TRUE", "IS FALSE", "IS NOT TRUE", "IS NOT FALSE"])
        self._note(word, "b")
        return tuple(f"({text}) {word}" for text in inner)

    def boolean(self):
        self._note("bool column", "b")
        return self._same("b")

    def arithmetic(self):
        name = self.rng.choice(["i8", "i16", "i32", "u8", "u16", "f64", "d9"])
        operator = self.rng.choice(["+", "-", "*", "%"] if name != "f64" else ["+", "-", "*"])
        self._note("arithmetic " + operator, name)
        constant = self.rng.randint(1, 9)
        left = f"CAST({name} AS bigint)" if COLUMNS[name][2] == "int" else name
        comparison = self.rng.choice(COMPARISONS)
        if name == "d9":
            return self._same(f"{name} {self.rng.choice('+-')} {constant} {comparison} {self.rng.randint(-60, 60)}")
        right = self.rng.randint(-60, 60)
        if self.rng.random() < 0.2:
            return self._same(f"-({left}) {comparison} {right}")
        return self._same(f"{left} {operator} {constant} {comparison} {right}")

    def function(self):
        draw = self.rng.random()
        comparison = self.rng.choice(COMPARISONS)
        if draw < 0.3:
            name = self._column(("string",))
            word = self.rng.choice(["lower", "upper"])
            self._note(word, name)
            text = self._usable_text(name)
            if word == "upper" or any(ord(character) > 127 for character in text):
                text = text.upper() if all(ord(character) < 128 for character in text) else "É"
            else:
                text = text.lower()
            quoted = text.replace("'", "''")
            return self._same(f"{word}({name}) {comparison} '{quoted}'")
        if draw < 0.5:
            name = self._column(("string",))
            self._note("length", name)
            return self._same(f"length({name}) {comparison} {self.rng.randint(0, 6)}")
        if draw < 0.6:
            self._note("length", "li")
            return self._same(f"length(li) {comparison} {self.rng.randint(0, 5)}")
        if draw < 0.7:
            self._note("abs", "i32")
            return self._same(f"abs(CAST(i32 AS bigint)) {comparison} {self.rng.randint(0, 50)}")
        name = self._column(("date", "timestamp"))
        part = self.rng.choice(
            ["year", "month", "day"] + ([] if COLUMNS[name][2] == "date" else ["hour", "minute", "second"]))
        self._note(part, name)
        limit = {"year": (1966, 1974), "month": (1, 12), "day": (1, 31)}.get(part, (0, 59))
        call = f"{part}({name})" if self.rng.random() < 0.6 else f"EXTRACT({part} FROM {name})"
        return self._same(f"{call} {comparison} {self.rng.randint(*limit)}")

    def structure(self):
        comparison = self.rng.choice(COMPARISONS)
        self._note("struct field " + comparison.replace("!=", "<>"), "st")
        if self.rng.random() < 0.5:
            return self._same(f"st.a {comparison} {self.rng.randint(-5, 5)}")
        return self._same(f"st.t {comparison} {literal(self.rng, 's', self._usable_text('s'))}")

    @staticmethod
    def _same(text):
        return (text, text)

    def leaf(self):
        kinds = [(self.comparison, 30), (self.columns, 8), (self.between, 8), (self.membership, 8),
                 (self.like, 8), (self.null_test, 6), (self.nan_test, 3), (self.boolean, 2),
                 (self.arithmetic, 6), (self.function, 8), (self.structure, 4), (self.distinct, 4),
                 (self.truth, 2)]
        choice = self.rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        return choice()

    def predicate(self, depth=None):
        if depth is None:
            depth = self.rng.choice([0, 0, 1, 1, 2, 3])
        if depth == 0:
            return self.leaf()
        draw = self.rng.random()
        left = self.predicate(depth - 1)
        if draw < 0.2:
            self.covered[("NOT", "", "")] += 1
            return tuple(f"NOT ({text})" for text in left)
        right = self.predicate(depth - 1)
        word = "AND" if draw < 0.65 else "OR"
        self.covered[(word, "", "")] += 1
        return tuple(f"({a}) {word} ({b})" for a, b in zip(left, right))
