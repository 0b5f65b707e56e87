/**
 * Faults that tests inject: {@link dev.tenon.backend.testkit.faults.FileFaults} into files, {@link
 * dev.tenon.backend.testkit.faults.WorkerLosses} into workers.
 */
@NullMarked
package dev.tenon.backend.testkit.faults;

import org.jspecify.annotations.NullMarked;
