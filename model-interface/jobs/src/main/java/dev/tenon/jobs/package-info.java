/**
 * Job types of the catalog that the SDK runs: {@code finetune} and {@code scratch}. In go the files
 * of a model, a dataset and parameters under HuggingFace's names; out comes a directory in
 * HuggingFace's layout. Networks and backends are those on the class path.
 */
@NullMarked
package dev.tenon.jobs;

import org.jspecify.annotations.NullMarked;
