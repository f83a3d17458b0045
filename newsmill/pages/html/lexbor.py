"""Functions of lexbor for compiled code: they walk its tree and read its texts without Python objects.

selectolax contains lexbor and exports its C functions. Calling them from compiled code takes a tenth of the time of
selectolax's Python objects. An address is that of one of lexbor's nodes or attributes, 0 for none; functions that
return the address of bytes write their number to a second address.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import selectolax.lexbor
from llvmlite import binding  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from newsmill.compiled import compiled_inner
from newsmill.pages.html import names

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Lengths = NDArray[np.uint64]

ELEMENT_NODE, TEXT_NODE = 1, 3  # types of nodes in the DOM standard
_HOLDS_CONTENT = names.HOLDS_CONTENT
_ADDRESS_BYTES = 8
_ITEMPROP_NAME = np.frombuffer(b"itemprop", np.uint8)
_ARTICLE_BODY = np.frombuffer(names.ARTICLE_BODY.encode(), np.uint8)
TAG_BITS = np.array(names.TAG_BITS, np.uint8)

_Address = types.uintp
_FUNCTIONS = {
    "lxb_dom_node_type_noi": 1,
    "lxb_dom_node_tag_id_noi": 1,
    "lxb_dom_node_first_child_noi": 1,
    "lxb_dom_node_next_noi": 1,
    "lxb_dom_node_parent_noi": 1,
    "lxb_dom_node_text_content": 2,
    "lxb_dom_document_destroy_text_noi": 2,
    "lxb_dom_element_qualified_name": 2,
    "lxb_dom_element_first_attribute_noi": 1,
    "lxb_dom_element_next_attribute_noi": 1,
    "lxb_dom_attr_qualified_name": 2,
    "lxb_dom_attr_value_noi": 2,
}


def _declare(name: str) -> Any:
    return types.ExternalFunction(name, _Address(*[_Address] * _FUNCTIONS[name]))


node_type: Any = types.ExternalFunction("lxb_dom_node_type_noi", types.int32(_Address))
tag_id = _declare("lxb_dom_node_tag_id_noi")
first_child = _declare("lxb_dom_node_first_child_noi")
next_node = _declare("lxb_dom_node_next_noi")
parent_node = _declare("lxb_dom_node_parent_noi")
text_content = _declare("lxb_dom_node_text_content")
destroy_text = _declare("lxb_dom_document_destroy_text_noi")
tag_name = _declare("lxb_dom_element_qualified_name")
first_attribute = _declare("lxb_dom_element_first_attribute_noi")
next_attribute = _declare("lxb_dom_element_next_attribute_noi")
attribute_name = _declare("lxb_dom_attr_qualified_name")
attribute_value = _declare("lxb_dom_attr_value_noi")


def _load_functions() -> bool:
    """Load lexbor's functions for compiled code; false where this build of selectolax does not export them."""
    try:
        library = ctypes.CDLL(selectolax.lexbor.__file__)
        if ctypes.sizeof(ctypes.c_void_p) != _ADDRESS_BYTES or not all(hasattr(library, name) for name in _FUNCTIONS):
            return False
        binding.load_library_permanently(selectolax.lexbor.__file__)
    except (OSError, RuntimeError):
        return False
    return True


# Compiled code that calls functions which are not loaded would end the process.
IS_CALLABLE = _load_functions()


@intrinsic
def _cast_address(typing_context: Any, address: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    pointer: Any = types.CPointer  # its constructor has no types
    return pointer(types.uint8)(_Address), build


bytes_at: Any = _cast_address  # the pointer to bytes at an address


@compiled_inner
def find_name(address: Any, length: Any, table: Bytes, starts: Ints) -> int:
    """Return the number of a name in a table; -1 where it is not there."""
    name = bytes_at(address)
    for number in range(len(starts) - 1):
        start = starts[number]
        if starts[number + 1] - start == length:
            same = 0
            while same < length and name[same] == table[start + same]:
                same += 1
            if same == length:
                return number
    return -1


@compiled_inner
def contains(address: Any, length: Any, part: Bytes) -> bool:
    """Whether bytes contain a part in lower case, in any case."""
    text = bytes_at(address)
    for start in range(length - len(part) + 1):
        same = 0
        while same < len(part):
            code = text[start + same]
            if code != part[same] and not (0x41 <= code <= 0x5A and code + 32 == part[same]):
                break
            same += 1
        if same == len(part):
            return True
    return False


@compiled_inner
def _is_space(first: Any, second: Any, third: Any) -> Any:
    """Whether the first of three bytes starts a character that Python strips."""
    if first < 0x80:
        return first == 0x20 or 0x09 <= first <= 0x0D or 0x1C <= first <= 0x1F
    if first == 0xC2:
        return second == 0x85 or second == 0xA0
    if first == 0xE1:
        return second == 0x9A and third == 0x80
    if first == 0xE2:
        if second == 0x80:
            return 0x80 <= third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF
        return second == 0x81 and third == 0x9F
    return first == 0xE3 and second == 0x80 and third == 0x80


@compiled_inner
def measure(address: Any, length: Any) -> tuple[int, int]:
    """Return the characters of a text, and those left after stripping it."""
    text = bytes_at(address)
    start, spaces = 0, 0
    while start < length:
        code = text[start]
        second = text[start + 1] if start + 1 < length else np.uint8(0)
        if not _is_space(code, second, text[start + 2] if start + 2 < length else np.uint8(0)):
            break
        start += 1 if code < 0x80 else 2 if code == 0xC2 else 3
        spaces += 1
    if start >= length:
        return spaces, 0
    chars = 0
    for position in range(start, length):
        chars += (text[position] & 0xC0) != 0x80
    end, spaces_after = length, 0
    while end > start:
        first = end - 1
        while first > start and text[first] & 0xC0 == 0x80:
            first -= 1
        second = text[first + 1] if first + 1 < end else np.uint8(0)
        if not _is_space(text[first], second, text[first + 2] if first + 2 < end else np.uint8(0)):
            break
        end = first
        spaces_after += 1
    return spaces + chars, chars - spaces_after


@compiled_inner
def _equals(address: Any, length: Any, expected: Bytes) -> bool:
    """Whether bytes at an address are the expected ones."""
    if length != len(expected):
        return False
    text = bytes_at(address)
    for position in range(length):  # noqa: SIM110 - Numba compiles no generators
        if text[position] != expected[position]:
            return False
    return True


@compiled_inner
def holds_content(root: Any, cell: Lengths, tag_names: Bytes, tag_starts: Ints) -> bool:
    """Whether an element contains a headline or an article."""
    length_at = cell.ctypes.data
    node, depth = first_child(root), 1
    while node != 0:
        if node_type(node) == ELEMENT_NODE:
            name = tag_name(node, length_at)
            tag = find_name(name, np.int64(cell[0]), tag_names, tag_starts)
            if tag >= 0 and TAG_BITS[tag] & _HOLDS_CONTENT:
                return True
            attribute = first_attribute(node)
            while attribute != 0:
                name = attribute_name(attribute, length_at)
                if _equals(name, np.int64(cell[0]), _ITEMPROP_NAME):
                    value = attribute_value(attribute, length_at)
                    if value != 0 and _equals(value, np.int64(cell[0]), _ARTICLE_BODY):
                        return True
                attribute = next_attribute(attribute)
        following = first_child(node)
        if following != 0:
            node, depth = following, depth + 1
            continue
        following = next_node(node)
        while following == 0 and depth > 1:
            node, depth = parent_node(node), depth - 1
            following = next_node(node)
        node = following
    return False
