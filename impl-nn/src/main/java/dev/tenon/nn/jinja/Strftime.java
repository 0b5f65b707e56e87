package dev.tenon.nn.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code datetime.strftime} in the C locale. */
final class Strftime {
  private static final Pattern DIRECTIVE = Pattern.compile("%([-0_^#]?)(.)", Pattern.DOTALL);

  private Strftime() {}

  static String format(String text, Clock clock) {
    LocalDateTime now = LocalDateTime.now(clock);
    Matcher directive = DIRECTIVE.matcher(text);
    return directive.replaceAll(
        x -> Matcher.quoteReplacement(one(x.group(1), x.group(2), x.group(), now)));
  }

  private static String one(String flag, String letter, String whole, LocalDateTime now) {
    String pattern =
        switch (letter) {
          case "Y" -> "yyyy";
          case "y" -> "yy";
          case "m" -> "MM";
          case "B" -> "MMMM";
          case "b", "h" -> "MMM";
          case "d", "e" -> "dd";
          case "A" -> "EEEE";
          case "a" -> "EEE";
          case "H" -> "HH";
          case "I" -> "hh";
          case "M" -> "mm";
          case "S" -> "ss";
          case "p" -> "a";
          case "f" -> "SSSSSS";
          case "j" -> "DDD";
          case "F" -> "yyyy-MM-dd";
          case "T", "X" -> "HH:mm:ss";
          case "R" -> "HH:mm";
          case "D", "x" -> "MM/dd/yy";
          case "c" -> "EEE MMM ppd HH:mm:ss yyyy";
          default -> "";
        };
    if (pattern.isEmpty()) {
      return switch (letter) {
        case "%" -> "%";
        case "n" -> "\n";
        case "t" -> "\t";
        case "w" -> Integer.toString(now.getDayOfWeek().getValue() % 7);
        case "u" -> Integer.toString(now.getDayOfWeek().getValue());
        case "z", "Z" -> "";
        default -> whole;
      };
    }
    String shown = now.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    boolean bare = flag.equals("-") || letter.equals("e");
    String number = bare && shown.startsWith("0") ? shown.replaceFirst("^0+(?=.)", "") : shown;
    return letter.equals("e") && !flag.equals("-") ? String.format("%2s", number) : number;
  }
}
