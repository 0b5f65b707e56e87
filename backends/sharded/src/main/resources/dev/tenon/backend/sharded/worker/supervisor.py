"""Entry point that DJL's Python engine calls. Imports neither torch nor numpy: it must survive what ranks do not."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from djl_python import Input, Output  # noqa: E402

from tenon_worker import frames  # noqa: E402
from tenon_worker.supervisor import Supervisor  # noqa: E402

_supervisor = Supervisor()


def handle(inputs: Input):
    """One request of the JVM; DJL's first, empty one only starts the process.

    The reply is one content and never a stream: DJL's decoder in the JVM loses its place when the mark at the end of a stream
    comes in two reads. Ranks keep replies small, for a content of many MiB takes it quadratic time.
    """
    if inputs.get_content().size() == 0:
        return None
    reply = frames.encode(_supervisor.call(frames.decode(bytes(inputs.get_content().value_at(0)))))
    return Output().add(reply)
