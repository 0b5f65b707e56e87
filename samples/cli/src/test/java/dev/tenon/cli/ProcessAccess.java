package dev.tenon.cli;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;

/** The members of the JDK by which code prints, ends the process or hooks into its end. */
final class ProcessAccess {
  private ProcessAccess() {}

  private static final Map<String, Set<String>> MEMBERS =
      Map.of(
          "java.lang.System", Set.of("out", "err", "in", "exit", "setOut", "setErr", "setIn"),
          "java.lang.Runtime", Set.of("exit", "halt", "addShutdownHook"));

  /** Uses one of them, or prints a stack trace to stderr. */
  static final ArchCondition<JavaClass> TAKE_PART =
      new ArchCondition<>("print, exit or hook into the end of the process") {
        @Override
        public void check(JavaClass type, ConditionEvents events) {
          for (JavaAccess<?> access : type.getAccessesFromSelf()) {
            events.add(new SimpleConditionEvent(type, takesPart(access), access.getDescription()));
          }
        }
      };

  private static boolean takesPart(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String member = access.getTarget().getName();
    return MEMBERS.getOrDefault(owner.getName(), Set.of()).contains(member)
        || (owner.isAssignableTo(Throwable.class)
            && access.getTarget().getFullName().endsWith("printStackTrace()"));
  }
}
