/**
 * Runs that make a model of another, or of nothing. In goes a {@link
 * dev.tenon.catalog.job.JobRequest}, out comes a new version in the store, or none. What runs is a
 * {@link dev.tenon.catalog.job.JobType} in this process, a process of its own, or a container.
 */
@NullMarked
package dev.tenon.catalog.job;

import org.jspecify.annotations.NullMarked;
