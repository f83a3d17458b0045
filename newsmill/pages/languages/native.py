"""The kernel as machine code: compiled by Numba once a machine, then loaded with llvmlite alone.

To import Numba and to read its own cache costs each process two seconds and 120 MB, llvmlite a tenth and a third.
"""

from __future__ import annotations

import ctypes
import os
import re
import tempfile
from collections.abc import Callable
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import llvmlite  # type: ignore[import-untyped]
import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from newsmill.pages.languages.profiles import FOUND, SEEN, SUMS, Tables, tables
from newsmill.pages.languages.scripts import SCRIPTS

_name = "newsmill_tell"
_digest_size = 16
_folders = (
    Path(__file__).with_name("__pycache__"),
    Path(os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", "/nonexistent"), ".cache")) / "newsmill",
)
_sources = ("kernel.py", "native.py", "profiles.py", "scripts.py")


def tell(codes: NDArray[np.uint32], starts: NDArray[np.int64], least: NDArray[np.int64]) -> NDArray[np.float64]:
    """What the kernel finds in each text, a row a text; see `kernel.tell`."""
    found = np.zeros((len(starts) - 1, FOUND))
    work = (np.empty(len(SCRIPTS), np.int64), np.empty(SUMS, np.int64), np.empty(SEEN, np.uint16), found)
    before, after = ([array.ctypes.data for array in arrays] for arrays in ((codes, starts, least), work))
    if status := _call()(len(found), *before, *_addresses(), *after):
        raise RuntimeError(f"the kernel ended with {status}")
    return found


@cache
def _addresses() -> list[int]:
    return [array.ctypes.data for array in _arrays(tables())]


def _arrays(packed: Tables) -> tuple[NDArray[Any], ...]:
    return packed[:-1]


@cache
def _call() -> Callable[..., int]:
    """The compiled function, from where it is kept, else compiled and kept where there is room."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=_features(), opt=3, codemodel="jitdefault"
    )
    name = f"language-kernel-{_fingerprint()}.o"
    code = _kept(name) or _keep(_compile(target), name)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = engine.get_function_address(_name)
    pointers = [ctypes.c_void_p] * (7 + len(_arrays(tables())))
    # As Numba calls: first where a result and an exception would go.
    native = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, *pointers)(address)
    result, exception = ctypes.c_void_p(), ctypes.c_void_p()
    call = partial(native, ctypes.addressof(result), ctypes.addressof(exception))
    call.keep = (engine, result, exception)  # type: ignore[attr-defined]
    return call


def _features() -> str:
    features: str = llvm.get_host_cpu_features().flatten()
    return features


def _fingerprint() -> str:
    """Of all that the machine code depends on."""
    folder = Path(__file__).parent
    parts = [llvmlite.__version__, llvm.get_process_triple(), llvm.get_host_cpu_name(), _features()]
    text = "\n".join([*parts, *((folder / source).read_text("utf-8") for source in _sources)])
    return blake2b(text.encode(), digest_size=12).hexdigest()


def _compile(target: llvm.TargetMachine) -> bytes:
    """Object code of the kernel, by Numba; a few seconds."""
    import numba
    from numba import types

    from newsmill.pages.languages import kernel

    packed = [array.dtype for array in _arrays(tables())]
    kinds = (
        [np.dtype(name) for name in ("u4", "i8", "i8")] + packed + [np.dtype(name) for name in ("i8", "i8", "u2", "f8")]
    )
    pointer: Any = types.CPointer
    signature = types.void(types.int64, *(pointer(numba.from_dtype(kind)) for kind in kinds))
    kernel.tell.compile(signature)
    [(arguments, compiled)] = kernel.tell.overloads.items()
    code = kernel.tell.inspect_llvm(arguments).replace(compiled.fndesc.llvm_func_name, _name)
    # What no one resolves when it is loaded would end the process.
    if foreign := re.findall(r"^declare (?!.*@llvm\.).*$", code, re.MULTILINE):
        raise RuntimeError(f"the kernel calls functions of Numba: {foreign}")
    return target.emit_object(llvm.parse_assembly(code))  # type: ignore[no-any-return]


def _kept(name: str) -> bytes | None:
    """The code kept under the name, if it is whole."""
    for folder in _folders:
        try:
            kept = (folder / name).read_bytes()
        except OSError:
            continue
        digest, code = kept[:_digest_size], kept[_digest_size:]
        if digest == _digest(code):
            return code
    return None


def _keep(code: bytes, name: str) -> bytes:
    """Writes the code to the first folder that takes it; where none does, each process compiles."""
    for folder in _folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(_digest(code) + code)
            Path(file.name).chmod(0o644)
            Path(file.name).replace(folder / name)
        except OSError:
            continue
        break
    return code


def _digest(code: bytes) -> bytes:
    return blake2b(code, digest_size=_digest_size).digest()
