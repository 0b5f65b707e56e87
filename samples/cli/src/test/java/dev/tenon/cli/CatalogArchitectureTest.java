package dev.tenon.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the catalog's packages may reach; each library is known to one of them. */
class CatalogArchitectureTest {
  private static final String CATALOG = "dev.tenon.catalog.";

  /** Libraries and the only package that knows each. */
  static final List<Map.Entry<String, String>> OWNERS =
      List.of(
          Map.entry("org.snakeyaml..", CATALOG + "internal.yaml.."),
          Map.entry("org.apache.commons.compress..", CATALOG + "internal.archive.."),
          Map.entry("org.apache.hc..", CATALOG + "net.."),
          Map.entry("org.eclipse.jgit..", CATALOG + "source.git.."),
          Map.entry("software.amazon.awssdk..", CATALOG + "source.bucket.."),
          Map.entry("org.sqlite..", CATALOG + "internal.index.."));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.tenon.catalog", "dev.tenon.jobs");

  @ParameterizedTest
  @FieldSource("OWNERS")
  void onePackageKnowsALibrary(Map.Entry<String, String> owner) {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(owner.getValue())
            .should()
            .dependOnClassesThat()
            .resideInAPackage(owner.getKey()));
  }

  @Test
  void theCatalogSeesTheContractsAndItsLibrariesOnly() {
    String[] allowed =
        Stream.concat(
                Stream.of(
                    "dev.tenon.catalog..",
                    "dev.tenon.model",
                    "dev.tenon.spec",
                    "dev.tenon.tensor",
                    "dev.tenon.checkpoint",
                    "dev.tenon.error",
                    "dev.tenon.internal",
                    "java..",
                    "javax.net.ssl..",
                    "org.jspecify..",
                    "org.slf4j.."),
                OWNERS.stream().map(Map.Entry::getKey))
            .toArray(String[]::new);
    check(
        classes()
            .that()
            .resideInAPackage("dev.tenon.catalog..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(allowed));
  }

  @Test
  void descriptionsAreReadWithoutANetworkAndAStore() {
    check(
        noClasses()
            .that()
            .resideInAPackage(CATALOG + "spec..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                CATALOG + "net..", CATALOG + "source..", CATALOG + "store..", CATALOG + "job.."));
  }

  @Test
  void nothingButTheNetOpensConnections() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CATALOG + "net..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.net\\.(URLConnection|Socket|http\\..*)"));
  }

  @Test
  void jobTypesSeeTheContractsTheAlgorithmsAndTheCatalog() {
    check(
        classes()
            .that()
            .resideInAPackage("dev.tenon.jobs..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.tenon..", "java..", "org.jspecify..", "org.slf4j.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.tenon.jobs..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.tenon.backend..", "dev.tenon.nn..", "dev.tenon.cli.."));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
