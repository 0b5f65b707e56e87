"""Entry point that DJL's Python engine calls. Imports neither torch nor numpy: it must survive what ranks do not."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from djl_python import Input, Output  # noqa: E402

from tenon_worker import frames  # noqa: E402
from tenon_worker.supervisor import Supervisor  # noqa: E402

CHUNK = 256 * 1024  # DJL's own frames take quadratic time, its chunks do not

_supervisor = Supervisor()


def handle(inputs: Input):
    """One request of the JVM; DJL's first, empty one only starts the process."""
    if inputs.get_content().size() == 0:
        return None
    reply = frames.encode(_supervisor.call(frames.decode(bytes(inputs.get_content().value_at(0)))))
    output = Output()
    output.add_stream_content(
        (reply[at : at + CHUNK] for at in range(0, len(reply), CHUNK)), output_formatter=None
    )
    return output
