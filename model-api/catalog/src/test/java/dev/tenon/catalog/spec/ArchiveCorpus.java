package dev.tenon.catalog.spec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenon.catalog.internal.archive.TarBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Archives with a description, most of them hostile, and the cases.tsv that says what each must do.
 * The good description comes first, so that only the other entry can be the reason.
 */
final class ArchiveCorpus {
  private static final String SPEC =
      "name: parcel\nframework: {name: f}\nserve:\n  servable: true\n"
          + "  serving_container_image: {container_image_url: img/parcel}\n";
  private static final String REJECT = "reject";
  private static final String ACCEPT = "accept";

  private final Path root;
  private final StringBuilder rows =
      new StringBuilder("path\tcategory\tverdict\texpect\tsafetensors\tnote\n");

  private ArchiveCorpus(Path root) {
    this.root = root;
  }

  /** Writes all. */
  static void write(Path root) throws IOException {
    ArchiveCorpus corpus = new ArchiveCorpus(root);
    Files.createDirectories(root.resolve("A"));
    corpus.names();
    corpus.types();
    corpus.repeats();
    corpus.sizes();
    corpus.damaged();
    corpus.good();
    Files.writeString(root.resolve("cases.tsv"), corpus.rows);
  }

  private void put(String name, byte[] bytes, String verdict, String expect) throws IOException {
    Files.write(root.resolve("A").resolve(name), bytes);
    String escaped = expect.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    rows.append(String.join("\t", "A/" + name, "A", verdict, escaped, "-", "")).append('\n');
  }

  private void reject(String name, UnaryOperator<TarBytes> rest, String expect) throws IOException {
    byte[] bytes = rest.apply(new TarBytes().file("model.yaml", SPEC)).tarGz();
    put(name + ".tar.gz", bytes, REJECT, expect);
  }

  private void accept(String name, TarBytes tar) throws IOException {
    put(name, tar.tarGz(), ACCEPT, "");
  }

  private void names() throws IOException {
    String[] names = {
      "../f",
      "a/../../f",
      "/f",
      "//f",
      "C:f",
      "C:\\f",
      "c:/f",
      "..\\f",
      "a\\b",
      "f\n",
      "f\u0007",
      "f\u202Eg",
      "f\u2028g",
      "con",
      "NUL.txt",
      "a/com1.yaml",
      "lpt9 .x",
      "d./f",
      "f.",
      "f ",
      "..",
      "a/..",
      "a:b",
      "x".repeat(256)
    };
    for (int i = 0; i < names.length; i++) {
      String name = names[i];
      reject("name-" + i, tar -> tar.pax("path", name).file("ok", "x"), name);
      reject("gnu-name-" + i, tar -> tar.gnu(name).file("ok", "x"), name);
    }
    reject("deep", tar -> tar.pax("path", "d/".repeat(17) + "f").file("ok", "x"), "d/d/d");
    reject("long", tar -> tar.pax("path", ("e".repeat(200) + "/").repeat(6)).file("o", ""), "eee");
    byte[] latin = new TarBytes().pax("path", "xyz").file("ok", "x").tar();
    latin[indexOf(latin, "xyz")] = (byte) 0xFC;
    put("name-latin.tar.gz", TarBytes.gzip(latin), REJECT, "");
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
  }

  private void types() throws IOException {
    for (char type : "12346SMVDNA9".toCharArray()) {
      reject("type-" + type, tar -> tar.entry(type, "odd").file("odd/f", "x"), "odd");
    }
    reject("pax-sparse", tar -> tar.pax("GNU.sparse.major", "1").file("odd", "x"), "odd");
    reject("global-path", tar -> tar.entry('g', "g", "11 path=f2\n".getBytes(UTF_8)), "path");
    reject("directory-with-bytes", tar -> tar.entry('5', "d", "x".getBytes(UTF_8)), "d");
    reject("slash-with-bytes", tar -> tar.file("d/", "x"), "d/");
    reject("file-without-name", tar -> tar.file("./.", "x"), "./.");
  }

  private void repeats() throws IOException {
    String[][] pairs = {
      {"f", "f"},
      {"F", "f"},
      {"f", "./f"},
      {"f", "f/g"},
      {"f/g", "f"},
      {"A/f", "a/g"},
      {"caf\u00e9", "cafe\u0301"},
      {"stra\u00dfe", "STRASSE"},
      {"\u212b", "\u00e5"},
      {"\u03c3", "\u03c2"},
    };
    for (int i = 0; i < pairs.length; i++) {
      String[] pair = pairs[i];
      reject("pair-" + i, tar -> tar.file(pair[0], "x").file(pair[1], "y"), pair[1]);
    }
    reject("directory-twice", tar -> tar.entry('5', "d/").entry('5', "d"), "d");
    reject("file-and-directory", tar -> tar.file("d", "x").entry('5', "d"), "d");
  }

  private void sizes() throws IOException {
    byte[] noise = new byte[4 << 20];
    new java.util.Random(7).nextBytes(noise);
    reject("zeros", tar -> tar.file("zeros", new byte[3 << 20]), "zeros");
    reject("one-too-large", tar -> tar.file("big", Arrays.copyOf(noise, (4 << 20) + 1)), "big");
    reject("all-too-large", tar -> tar.file("big", noise), "big");
    reject("size-2p62", tar -> tar.pax("size", "4611686018427387904").file("big", "x"), "big");
    reject("size-negative", tar -> tar.pax("size", "-1").file("big", "x"), "");
    reject("size-text", tar -> tar.pax("size", "1e3").file("big", "x"), "1e3");
    reject("size-beyond-end", tar -> tar.entry('0', "big", 9000, new byte[512]), "");
    reject("long-extension", tar -> tar.gnu("e".repeat(70_000)).file("ok", ""), "");
    reject("many-extensions", ArchiveCorpus::extensions, "");
    reject("many-entries", ArchiveCorpus::entries, "at most 10000");
    reject("padding", tar -> tar.raw(new byte[2 << 20]), "");
    put("name-of-gzip.tar.gz", longNamed(), REJECT, "");
  }

  private static TarBytes extensions(TarBytes tar) {
    for (int i = 0; i < 9; i++) {
      tar.pax("comment", "x");
    }
    return tar.file("ok", "x");
  }

  private static TarBytes entries(TarBytes tar) {
    for (int i = 0; i < 10_000; i++) {
      tar.file("e" + i, "");
    }
    return tar;
  }

  /** The header of gzip may hold a name of any length. */
  private static byte[] longNamed() {
    byte[] plain = new TarBytes().file("model.yaml", SPEC).tarGz();
    byte[] named = new byte[plain.length + (1 << 20)];
    Arrays.fill(named, (byte) 'n');
    System.arraycopy(plain, 0, named, 0, 10);
    named[3] = 8;
    named[(1 << 20) + 9] = 0;
    System.arraycopy(plain, 10, named, (1 << 20) + 10, plain.length - 10);
    return named;
  }

  private void damaged() throws IOException {
    byte[] good = new TarBytes().file("model.yaml", SPEC).tarGz();
    byte[] tar = new TarBytes().file("model.yaml", SPEC).tar();
    put("empty.tgz", new byte[0], REJECT, "");
    put("not-gzip.tgz", "hello".getBytes(UTF_8), REJECT, "gzip");
    put("plain-tar.tgz", tar, REJECT, "gzip");
    put("truncated.tgz", Arrays.copyOf(good, good.length / 2), REJECT, "truncated.tgz");
    put("no-trailer.tgz", Arrays.copyOf(good, good.length - 3), REJECT, "no-trailer.tgz");
    byte[] checksum = good.clone();
    checksum[good.length - 8] ^= 1;
    put("checksum.tgz", checksum, REJECT, "checksum.tgz");
    put("garbage.tgz", join(good, "PK".getBytes(UTF_8)), REJECT, "garbage.tgz");
    put("two-members.tgz", join(good, good), REJECT, "two-members.tgz");
    byte[] open = new TarBytes().file("model.yaml", SPEC).open();
    put("no-end.tgz", TarBytes.gzip(open), REJECT, "no-end.tgz");
    put("behind-end.tgz", TarBytes.gzip(join(tar, open)), REJECT, "behind-end.tgz");
    byte[] header = tar.clone();
    header[0] = 'n';
    put("header-checksum.tgz", TarBytes.gzip(header), REJECT, "checksum");
    put("text.tgz", TarBytes.gzip("t".repeat(2000).getBytes(UTF_8)), REJECT, "text.tgz");
    put("name-alone.tgz", new TarBytes().gnu("n").tarGz(), REJECT, "name-alone.tgz");
    put("none.tgz", new TarBytes().file("a.txt", "x").tarGz(), REJECT, ".yaml");
    reject("two", t -> t.file("b/other.YML", SPEC), "b/other.YML");
    reject("yaml-in-deep", t -> t.file("d/".repeat(17) + "f.yaml", SPEC), "f.yaml");
    put("bad-spec.tgz", new TarBytes().file("a.yaml", "a: [").tarGz(), REJECT, "a.yaml:");
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private void good() throws IOException {
    accept("good-plain.tgz", new TarBytes().file("model.yaml", SPEC));
    accept("good-upper.TGZ", new TarBytes().file("MODEL.YAML", SPEC));
    accept("good-deepest.tar.gz", new TarBytes().file("d/".repeat(16) + "m.yml", SPEC));
    accept("good-dots.tar.gz", new TarBytes().file("./m.yml", SPEC).file("a..b/c...d", "x"));
    accept("good-root.tar.gz", new TarBytes().entry('5', "./").file("./m.yml", SPEC));
    accept(
        "good-directories.tar.gz",
        new TarBytes().file("d/m.yml", SPEC).entry('5', "d/").entry('0', "e/").file("e/f", ""));
    accept("good-text.tar.gz", new TarBytes().file("m.yml", SPEC).file("Modèle 日本語 #1.txt", "x"));
    accept("good-long.tar.gz", new TarBytes().gnu("e".repeat(200) + ".yaml").file("x", SPEC));
    accept("good-pax.tar.gz", new TarBytes().pax("path", "a/b.yaml").gnu("c").file("x", SPEC));
    accept("good-comment.tar.gz", new TarBytes().pax("comment", "x").file("m.yaml", SPEC));
    accept("good-console.tar.gz", new TarBytes().file("m.yaml", SPEC).file("console.txt", "x"));
    accept("good-padding.tar.gz", new TarBytes().file("m.yaml", SPEC).raw(new byte[10240]));
  }
}
