"""What huggingface_hub makes of a cache: python hub_cache.py fill|read|scan REPO. Settings come from the environment."""

import json
import sys

from huggingface_hub import scan_cache_dir, snapshot_download

action, repo = sys.argv[1:]
if action == "scan":
    found = scan_cache_dir()
    print(json.dumps({
        "warnings": [str(x) for x in found.warnings],
        "repos": [x.repo_id for x in found.repos],
        "files": sorted(f.file_name for x in found.repos for r in x.revisions for f in r.files),
        "refs": sorted(y for x in found.repos for y in x.refs),
    }))
else:
    print(json.dumps({"path": snapshot_download(repo, local_files_only=action == "read")}))
