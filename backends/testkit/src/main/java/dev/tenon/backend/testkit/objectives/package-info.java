/**
 * Objectives for tests, each as text and as its twin in plain Java, so that one can be proved by
 * the other and algorithms can run on {@link dev.tenon.backend.testkit.FakeBackend}.
 */
@NullMarked
package dev.tenon.backend.testkit.objectives;

import org.jspecify.annotations.NullMarked;
