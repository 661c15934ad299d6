"""What processes record is read in the order in which it began, whole lines alone.

What a record holds is tested where it is written, in report/test_har_file.py.
"""

import json
from pathlib import Path

from knowngood.fetch import Recording


def test_processes_are_merged_in_order(tmp_path: Path) -> None:
    """Each has a file of its own; a line that was cut off is left out, and its file is counted."""
    first = (f"{began} {json.dumps({'began': began})}\n" for began in (1.5, 9.0))
    (tmp_path / "a").write_text("".join(first))
    (tmp_path / "b.unfinished").write_text('2.5 {"began": 2.5}\n10.5 {"beg')
    recording = Recording(tmp_path)
    assert [record["began"] for record in recording] == [1.5, 2.5, 9.0]
    assert recording.unfinished == 1


def test_a_recorder_that_is_closed(tmp_path: Path) -> None:
    """It leaves a file that is whole."""
    recorder = Recording(tmp_path).recorder()
    assert recorder is not None
    assert Recording(tmp_path).unfinished == 1
    recorder.close()
    assert Recording(tmp_path).unfinished == 0
    assert list(Recording(tmp_path)) == []


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    """Nothing is recorded, and nothing is raised."""
    assert Recording(tmp_path / "none").recorder() is None
