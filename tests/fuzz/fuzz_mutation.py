"""Makes wrong input out of right input: each change is one that an editor, a disk or a hostile hand might make."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

TOKENS: Final = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b"\x1b[2J", b"\x85", b"\x0c"),
    *("\u2028", "\u202e", "\ufeff", "\ufdfa", "\U0010ffff", "e\u0301", "\u0130", "ß", "\u0661", "\u200d", "\uff1d1+1"),
    *(
        b"- ",
        b": ",
        b"? ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"|",
        b">-",
        b"&a ",
        b"*a",
        b"!!x ",
        b"<<: ",
        b"---",
        b"...",
        b"#",
        b"%",
    ),
    *(b"'", b'"', b"`", b"```", b"**", b"_", b"![", b"](", b"<", b">", b"</", b"&#0;", b"&lt;", b"|---|", b"\\", b"$"),
    *(b"<script>alert(1)</script>", b"javascript:alert(1)", b"<svg onload=alert(1)>", b"</textarea>", b"]]>", b"<!--"),
    *(
        b"[[a]]",
        b"{{ 7*7 }}",
        b"{% raw %}",
        b"{% for x in [1] %}",
        b"${x}",
        b"%s",
        b"{0}",
        b"=1+1",
        b"@x",
        b"+1",
        b"-1",
    ),
    *(b"true", b"null", b"NaN", b"1e999", b"-0", b"9" * 400, b"0x", b"1/0", b"1/3", b"2024-02-30", b"0000-00-00"),
    *(b"../../x", b"C:\\x", b"CON", b"P1", b"P1.1", b"P0", b"1.1", b",", b";", b",,,,", b"10 0 obj", b"endstream"),
)
"""What readers trip over: signs of every format, numbers at their ends, characters that are not what they seem."""

LARGEST: Final = 200_000
"""Bytes of an input; what takes long at this size would take for ever at the largest allowed."""

Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutated(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return the data after a few changes; `others` are inputs that parts may be taken from."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        data = random.choice(CHANGES)(data, random, others)[:LARGEST]
    return data


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 1, 2, 4, 8, 30, 200)))


def _flip(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\x00"
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def _insert(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    token = random.choice(TOKENS)
    at = random.randrange(len(data) + 1)
    return data[:at] + (token.encode() if isinstance(token, str) else token) + data[at:]


def _put_in_place(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    token = random.choice(TOKENS)
    start, end = _span(data, random)
    return data[:start] + (token.encode() if isinstance(token, str) else token) + data[end:]


def _cut(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _cut_short(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _repeat(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[start:end] * random.choice((2, 3, 50, 5000)) + data[end:]


def _splice(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start, end = _span(other, random)
    at, until = _span(data, random)
    return data[:at] + other[start:end] + data[random.choice((at, until)) :]


def _move_lines(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            del lines[one]
        case 2:
            lines.insert(one, lines[other])
        case 3:
            lines[one] = b"  " + lines[one]
        case _:
            lines[one] = lines[one].removeprefix(b"  ")
    return b"\n".join(lines)


def _other_value(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    """Give a key another value, or a value another kind."""
    lines = data.split(b"\n")
    number = random.randrange(len(lines))
    key, colon, _value = lines[number].partition(b":")
    token = random.choice((b"", b"[]", b"{}", b"[a]", b"{a: b}", b"x", b"0", b"-1", b"1.5", b"true", b"'", b"*a", b"|"))
    if colon:
        lines[number] = key + b": " + token
    return b"\n".join(lines)


CHANGES: Final[tuple[Change, ...]] = (
    _flip,
    _insert,
    _insert,
    _put_in_place,
    _cut,
    _cut_short,
    _repeat,
    _splice,
    _move_lines,
    _move_lines,
    _other_value,
    _other_value,
)
