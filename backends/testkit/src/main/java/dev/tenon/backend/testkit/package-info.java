/**
 * What tests of models, algorithms and backends stand on, for every module's test scope. {@link
 * dev.tenon.backend.testkit.FakeBackend} trains and runs a small network in plain Java: no native
 * library, no DJL class. {@link dev.tenon.backend.testkit.ScriptedEngine} says what a test tells it
 * to.
 */
@NullMarked
package dev.tenon.backend.testkit;

import org.jspecify.annotations.NullMarked;
