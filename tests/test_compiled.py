"""Machine code kept on disk goes when any source beside it changed."""

import os
from pathlib import Path

from newsmill.compiled import drop_stale_code


def test_code_older_than_any_source_goes(tmp_path: Path) -> None:
    kept = tmp_path / "__pycache__" / "caller.run-1.py311.nbi"
    kept.parent.mkdir()
    kept.write_bytes(b"")
    for name, age in (("caller.py", 30), ("called.py", 20)):
        (tmp_path / name).write_text("", "utf-8")
        os.utime(tmp_path / name, (age, age))
    os.utime(kept, (25, 25))
    drop_stale_code(tmp_path)
    assert not kept.exists()


def test_code_newer_than_its_sources_stays(tmp_path: Path) -> None:
    kept = tmp_path / "__pycache__" / "caller.run-1.py311.nbi"
    kept.parent.mkdir()
    (tmp_path / "caller.py").write_text("", "utf-8")
    os.utime(tmp_path / "caller.py", (20, 20))
    kept.write_bytes(b"")
    drop_stale_code(tmp_path)
    assert kept.exists()


def test_a_folder_without_kept_code_is_no_error(tmp_path: Path) -> None:
    drop_stale_code(tmp_path)
