package dev.tenon.catalog.spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Descriptions that are registered together: a name may stand after its use. Immutable and safe for
 * threads.
 */
public final class SpecSet {
  private final List<SpecFile> files;

  private SpecSet(List<SpecFile> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Puts descriptions together whose names are all new.
   *
   * @param held what the catalogue has
   * @throws InvalidSpecException with all errors of all descriptions: DUPLICATE_NAME for the second
   *     of a kind and name, REFERENCE for a model that neither the set nor the catalogue has nor a
   *     job makes, CYCLE for models that are their own source
   */
  public static SpecSet of(List<SpecFile> files, SpecLookup held) {
    return resolved(files, held, false);
  }

  /** The same for descriptions that take the place of those with their names in the catalogue. */
  public static SpecSet replacing(List<SpecFile> files, SpecLookup held) {
    return resolved(files, held, true);
  }

  /**
   * Reads files and puts them together by {@link #of}. If some cannot be read as descriptions,
   * nothing is said of names that they may have given.
   *
   * @throws InvalidSpecException with all errors of all files
   * @throws dev.tenon.error.InvalidInputException for a file that is no description at all
   */
  public static SpecSet read(List<Path> paths, SpecReader reader, SpecLookup held) {
    List<SpecProblem> errors = new ArrayList<>();
    List<SpecProblem> warnings = new ArrayList<>();
    List<SpecFile> files = new ArrayList<>();
    for (Path path : paths) {
      try {
        files.add(SpecFile.read(path, reader));
      } catch (InvalidSpecException e) {
        errors.addAll(e.errors());
        warnings.addAll(e.warnings());
      }
    }
    if (errors.isEmpty()) {
      return of(files, held);
    }
    files.forEach(x -> warnings.addAll(x.spec().warnings()));
    SpecReferences references = new SpecReferences(files, held);
    errors.addAll(references.duplicates(false));
    errors.addAll(references.cycles());
    throw new InvalidSpecException(errors, warnings);
  }

  private static SpecSet resolved(List<SpecFile> files, SpecLookup held, boolean replacing) {
    SpecReferences references = new SpecReferences(files, held);
    List<SpecProblem> errors = references.duplicates(replacing);
    errors.addAll(references.unknown());
    errors.addAll(references.cycles());
    if (!errors.isEmpty()) {
      List<SpecProblem> warnings =
          files.stream().flatMap(x -> x.spec().warnings().stream()).toList();
      throw new InvalidSpecException(inOrderOf(files, errors), warnings);
    }
    return new SpecSet(references.sourcesFirst());
  }

  private static List<SpecProblem> inOrderOf(List<SpecFile> files, List<SpecProblem> errors) {
    Map<String, List<SpecProblem>> byFile = new LinkedHashMap<>();
    files.forEach(x -> byFile.put(x.name(), new ArrayList<>()));
    errors.forEach(x -> Optional.ofNullable(byFile.get(x.file())).ifPresent(all -> all.add(x)));
    byFile.values().forEach(all -> all.sort(SpecLog.ORDER));
    return byFile.values().stream().flatMap(List::stream).toList();
  }

  /** The descriptions; a model stands before all that name it. */
  public List<SpecFile> files() {
    return files;
  }

  /** Their names. */
  public Set<SpecKey> keys() {
    return files.stream().map(x -> SpecKey.of(x.spec())).collect(Collectors.toUnmodifiableSet());
  }
}
