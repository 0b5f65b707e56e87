package dev.tenon.nn.lora;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the modules of a network that a {@link LoraConfig} names. */
final class LoraLayers {
  /** A method of a program's text. */
  private static final Pattern METHOD = Pattern.compile("(?m)^ *def (\\w+)\\(");

  /** Methods that run in inference, on weights that are merged. */
  private static final Pattern INFERENCE = Pattern.compile("fuse\\w*|\\w+_step");

  /** A key as training stages name a layer; a weight that they read themselves ends otherwise. */
  private static final Pattern KEY = Pattern.compile("(conv1d\\(\\s*w,\\s*)?\"([\\w.]+)\"");

  /**
   * Router and experts of mixtral: transformers 5 holds them as tensors, not as layers, so that
   * peft has no adapters of theirs.
   */
  private static final String EXPERTS = "block_sparse_moe.";

  private final Network network;
  private final Map<String, Boolean> transposed = new LinkedHashMap<>(); // by key

  LoraLayers(Network network) {
    this.network = network;
    String text = network.program().text();
    List<MatchResult> methods = METHOD.matcher(text).results().toList();
    for (int i = 0; i < methods.size(); i++) {
      int end = i + 1 < methods.size() ? methods.get(i + 1).start() : text.length();
      if (!INFERENCE.matcher(methods.get(i).group(1)).matches()) {
        find(text.substring(methods.get(i).start(), end));
      }
    }
  }

  private void find(String method) {
    Matcher keys = KEY.matcher(method);
    while (keys.find()) {
      if (!keys.group(2).startsWith(EXPERTS)) {
        transposed.merge(keys.group(2), keys.group(1) != null, Boolean::logicalOr);
      }
    }
  }

  /**
   * The layers that get an adapter, in the network's order.
   *
   * @throws InvalidInputException naming every target that fits no module
   * @throws UnsupportedFeatureException naming modules whose text has no place for an adapter
   */
  List<LoraLayer> targets(LoraConfig config) {
    Predicate<Parameter> chosen =
        config.targets().contains(LoraConfig.ALL_LINEAR)
            ? x -> x.stage() == Parameter.Stage.BLOCK && isLayer(x)
            : named("lora targets", config.targets(), LoraLayers::isModule);
    Set<String> whole = saved(config); // as in peft, those get no adapter
    List<LoraLayer> layers = new ArrayList<>();
    Set<String> without = new TreeSet<>();
    for (Parameter each : network.parameters()) {
      boolean weight = each.key().endsWith(".weight") && !whole.contains(each.name());
      if (weight && chosen.test(each)) {
        if (isLayer(each)) {
          layers.add(new LoraLayer(each, isTransposed(each)));
        } else {
          without.add(each.name());
        }
      }
    }
    Problems problems = new Problems();
    problems.check(
        without.isEmpty() && !layers.isEmpty(),
        "lora targets of " + network.architecture(),
        without,
        "linear layers that its text names for project or conv1d: " + known());
    problems.throwIfAny(UnsupportedFeatureException::new);
    return List.copyOf(layers);
  }

  private Set<String> known() {
    return network.parameters().stream()
        .filter(this::isLayer)
        .map(x -> LoraLayer.withoutSuffix(x.key()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean isLayer(Parameter x) {
    return x.shape().rank() == 2
        && x.key().endsWith(".weight")
        && transposed.containsKey(LoraLayer.withoutSuffix(x.key()));
  }

  private boolean isTransposed(Parameter x) {
    return transposed.getOrDefault(LoraLayer.withoutSuffix(x.key()), false);
  }

  /**
   * Names of the parameters that train as a whole, biases included, in the network's order.
   *
   * @throws InvalidInputException naming every module that is none
   * @throws UnsupportedFeatureException for a weight that two stages share: a file of peft holds
   *     one of them
   */
  Set<String> saved(LoraConfig config) {
    Predicate<Parameter> chosen =
        named("lora modules_to_save", config.modulesToSave(), LoraLayers::isWithin)
            .or(LoraLayers::isNewHead);
    Set<String> names = new LinkedHashSet<>();
    Problems problems = new Problems();
    for (Parameter each : network.parameters()) {
      if (chosen.test(each)) {
        problems.check(
            each.alsoUsedBy().isEmpty(),
            "modules_to_save",
            each.name(),
            "a weight that is not tied");
        names.add(each.name());
      }
    }
    problems.throwIfAny(UnsupportedFeatureException::new);
    return names;
  }

  /** What an adapter's file calls {@code modules_to_save}: as peft, both names of new heads. */
  List<String> savedModules(LoraConfig config) {
    Set<String> names = new LinkedHashSet<>(config.modulesToSave());
    if (network.parameters().stream().anyMatch(LoraLayers::isNewHead)) {
      names.addAll(new TreeSet<>(PeftConfig.NEW_HEADS));
    }
    return List.copyOf(names);
  }

  private static boolean isNewHead(Parameter parameter) {
    return PeftConfig.NEW_HEADS.stream().anyMatch(name -> isWithin(parameter, name));
  }

  /** Parameters that names fit; every name fits one. */
  private Predicate<Parameter> named(
      String what, List<String> names, BiPredicate<Parameter, String> rule) {
    Problems problems = new Problems();
    for (String name : names) {
      boolean found = network.parameters().stream().anyMatch(x -> rule.test(x, name));
      problems.check(found, what, name, "a module of " + network.architecture());
    }
    problems.throwIfAny(InvalidInputException::new);
    return x -> names.stream().anyMatch(name -> rule.test(x, name));
  }

  /** peft's rule for modules_to_save: a module around the parameter whose name ends so. */
  private static boolean isWithin(Parameter parameter, String name) {
    String module = moduleOf(parameter.name());
    for (int end = module.length(); end > 0; end = module.lastIndexOf('.', end - 1)) {
      if (module.substring(0, end).endsWith(name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isModule(Parameter parameter, String name) {
    boolean leaf = parameter.name().endsWith(".weight") || parameter.name().endsWith(".bias");
    return leaf && fits(moduleOf(parameter.name()), name);
  }

  /** The module that a parameter is the weight or bias of. */
  private static String moduleOf(String parameter) {
    return parameter.replaceFirst("\\.(weight|bias)$", "");
  }

  /** peft's rule: the module's whole name, or its last parts. */
  private static boolean fits(String module, String name) {
    return module.equals(name) || module.endsWith("." + name);
  }
}
