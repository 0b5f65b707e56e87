/**
 * Training over several ranks. {@link dev.tenon.backend.sharded.ShardedBackend} starts Python
 * processes that run the same programs as the other backends, wrapped by DeepSpeed's ZeRO or
 * torch's FSDP2; {@link dev.tenon.backend.sharded.PythonRuntime} finds or installs the Python that
 * they need.
 */
@NullMarked
package dev.tenon.backend.sharded;

import org.jspecify.annotations.NullMarked;
