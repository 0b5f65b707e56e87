/**
 * What tests of models, algorithms and backends stand on, for every module's test scope, ours and
 * other people's.
 *
 * <ul>
 *   <li>{@link dev.tenon.backend.testkit.ModelBackendContract}: the tests that every backend passes
 *   <li>{@link dev.tenon.backend.testkit.AssertingBackend}: checks the contract at each call
 *   <li>{@link dev.tenon.backend.testkit.LeakExtension}: fails a test that leaves native resources
 *   <li>{@link dev.tenon.backend.testkit.FakeBackend}: trains and runs a small network in plain
 *       Java, without a native library or a DJL class; {@link
 *       dev.tenon.backend.testkit.ScriptedEngine} says what a test tells it to
 * </ul>
 *
 * <p>A backend proves itself so:
 *
 * <pre>
 * class MyBackendContractTest extends ModelBackendContract {
 *   &#64;RegisterExtension
 *   static final LeakExtension LEAKS = new LeakExtension(MyBackend::openHandles);
 *
 *   &#64;Override
 *   protected ModelBackend backend() {
 *     return MyBackend.create();
 *   }
 *
 *   &#64;Override
 *   protected Model model() {
 *     return MyModels.tiny();
 *   }
 *
 *   &#64;Override
 *   protected Model open(Path directory) {
 *     return MyModels.open(directory);
 *   }
 *
 *   &#64;Override
 *   protected boolean supportsGradientCheckpointing() {
 *     return false;
 *   }
 * </pre>
 */
@NullMarked
package dev.tenon.backend.testkit;

import org.jspecify.annotations.NullMarked;
