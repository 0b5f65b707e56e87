package dev.tenon.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between modules and packages; this module is the one that sees them all. */
class ArchitectureTest {
  private static final String ROOT = "dev.tenon.";
  private static final List<String> API =
      List.of("chat", "model", "generation", "objective", "tensor", "checkpoint", "spec", "error");

  /** Packages of model-api/core. */
  private static final String[] MODEL_API =
      Stream.concat(API.stream(), Stream.of("internal"))
          .map(name -> ROOT + name + "..")
          .toArray(String[]::new);

  private static final String MODEL_INTERFACE = ROOT + "modelinterface..";
  private static final String CSV = "de.siegmar.fastcsv..";
  private static final String NN = ROOT + "nn..";
  private static final String BACKENDS = ROOT + "backend..";
  private static final String TESTKIT = ROOT + "backend.testkit..";
  private static final String[] PROGRAMS = {ROOT + "cli..", ROOT + "samples.."};
  private static final String[] JDK_AND_JSPECIFY = {"java..", "org.jspecify.."};

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("testtiers"))
          .importPackages("dev.tenon");

  @Test
  void modelApiStandsOnTheJdkSlf4jAndGsonAlone() {
    // com.sun.management is the JDK's own extension, of every JDK.
    check(onlyUses(MODEL_API, "com.sun.management..", "org.slf4j..", "com.google.gson.."));
  }

  @Test
  void gsonStaysBehindInternalPackages() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(MODEL_API)
            .and()
            .resideOutsideOfPackage("..internal..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.google.gson.."));
  }

  @Test
  void algorithmsSeeTheContractsOnly() {
    check(onlyUses(new String[] {MODEL_INTERFACE}, concat(MODEL_API, "org.slf4j..", CSV)));
  }

  @Test
  void onlyReadersOfDataKnowTheCsvLibrary() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "modelinterface.data..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CSV));
  }

  @Test
  void networksKnowNoAlgorithmAndNoBackend() {
    check(neverUses(NN, concat(PROGRAMS, MODEL_INTERFACE, BACKENDS)));
  }

  @Test
  void backendsKnowNoAlgorithm() {
    check(neverUses(BACKENDS, concat(PROGRAMS, MODEL_INTERFACE)));
  }

  /** So that every module may test with it, and no class of DJL is reached. */
  @Test
  void theTestKitSeesTheContractsAndTestLibrariesOnly() {
    check(onlyUses(new String[] {TESTKIT}, concat(MODEL_API, "org.junit..", "org.assertj..")));
  }

  @Test
  void contractsShowNoDjlOrGsonType() {
    check(
        classes()
            .that()
            .resideInAnyPackage(concat(MODEL_API, MODEL_INTERFACE))
            .and(PublicSignatures.VISIBLE)
            .should(PublicSignatures.mentionNone("ai.djl..", "com.google.gson..", CSV)));
  }

  @Test
  void noPublicSignatureShowsAnInternalType() {
    check(
        classes()
            .that(PublicSignatures.VISIBLE)
            .should(PublicSignatures.mentionNone("..internal..")));
  }

  @Test
  void librariesLeaveTheProcessToTheProgram() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(PROGRAMS)
            .should(ProcessAccess.TAKE_PART)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Signal"));
  }

  @Test
  void nothingIsJavaSerialized() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.Object(In|Out)putStream"));
  }

  @Test
  void aContractFitsInOnePackageReadInOneSitting() {
    Map<String, List<JavaClass>> types =
        CLASSES.stream()
            .filter(type -> API.contains(type.getPackageName().replaceFirst("^dev\\.tenon\\.", "")))
            .filter(type -> type.isTopLevelClass() && isPublic(type))
            .collect(groupingBy(JavaClass::getPackageName));
    assertThat(types).isNotEmpty();
    assertThat(types)
        .allSatisfy((name, members) -> assertThat(members).hasSizeLessThanOrEqualTo(20));
  }

  @Test
  void packagesFormNoCycle() {
    check(
        slices()
            .assignedFrom(PACKAGES)
            .should()
            .beFreeOfCycles()
            // An objective names the outputs it needs in the engine's own words.
            .ignoreDependency(
                JavaClass.Predicates.resideInAPackage("dev.tenon.objective"),
                HasName.Predicates.name("dev.tenon.model.OutputRequest")));
  }

  /** One slice a package. */
  private static final SliceAssignment PACKAGES =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "packages";
        }
      };

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC);
  }

  private static ArchRule onlyUses(String[] packages, String... allowed) {
    return classes()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .onlyDependOnClassesThat(
            JavaClass.Predicates.resideInAnyPackage(
                    concat(concat(packages, allowed), JDK_AND_JSPECIFY))
                .or(PRIMITIVE));
  }

  private static final DescribedPredicate<JavaClass> PRIMITIVE =
      DescribedPredicate.describe("primitive", type -> type.getBaseComponentType().isPrimitive());

  private static ArchRule neverUses(String packages, String... forbidden) {
    return noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden);
  }

  private static String[] concat(String[] first, String... second) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
  }
}
