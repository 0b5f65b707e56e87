package dev.tenon.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What a user of a class can see: its public and protected members, supertypes and type bounds. */
final class PublicSignatures {
  private PublicSignatures() {}

  /** Public classes, members of public classes included, outside internal packages. */
  static final DescribedPredicate<JavaClass> VISIBLE =
      DescribedPredicate.describe(
          "users see",
          type -> !type.getPackageName().contains(".internal") && visibleWithOwners(type));

  /** Every type in a signature lies outside these packages. */
  static ArchCondition<JavaClass> mentionNone(String... packages) {
    DescribedPredicate<JavaClass> forbidden = resideInAnyPackage(packages);
    return new ArchCondition<>("mention no type of " + Arrays.toString(packages)) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        mentions(type)
            .filter(mention -> forbidden.test(mention.type().getBaseComponentType()))
            .forEach(
                mention ->
                    events.add(
                        SimpleConditionEvent.violated(
                            type, mention.place() + " mentions " + mention.type().getName())));
      }
    };
  }

  private record Mention(String place, JavaClass type) {}

  private static Stream<Mention> mentions(JavaClass type) {
    Stream<Mention> supertypes =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
            .flatMap(parent -> mentions(type.getName(), parent));
    Stream<Mention> members =
        type.getMembers().stream()
            .filter(PublicSignatures::isVisible)
            .flatMap(PublicSignatures::mentions);
    return Stream.of(supertypes, bounds(type), members).flatMap(stream -> stream);
  }

  private static Stream<Mention> mentions(JavaMember member) {
    Stream<Mention> involved =
        member.getAllInvolvedRawTypes().stream()
            .map(type -> new Mention(member.getFullName(), type));
    if (member instanceof JavaCodeUnit method) {
      Stream<Mention> thrown =
          method.getExceptionTypes().stream().map(type -> new Mention(member.getFullName(), type));
      return Stream.concat(involved, thrown);
    }
    return involved;
  }

  private static Stream<Mention> mentions(String place, JavaType type) {
    return type.getAllInvolvedRawTypes().stream().map(raw -> new Mention(place, raw));
  }

  private static Stream<Mention> bounds(JavaClass type) {
    return type.getTypeParameters().stream()
        .map(JavaTypeVariable::getUpperBounds)
        .flatMap(List::stream)
        .flatMap(bound -> mentions(type.getName(), bound));
  }

  private static boolean visibleWithOwners(JavaClass type) {
    return isVisible(type)
        && type.getEnclosingClass().map(PublicSignatures::visibleWithOwners).orElse(true);
  }

  private static boolean isVisible(HasModifiers thing) {
    return (thing.getModifiers().contains(JavaModifier.PUBLIC)
            || thing.getModifiers().contains(JavaModifier.PROTECTED))
        && !thing.getModifiers().contains(JavaModifier.SYNTHETIC);
  }
}
