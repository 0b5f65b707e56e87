package dev.tenon.nn.internal.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests whose prompts are read by one pass, or by several if there is one long prompt: those
 * whose rows are read, then those with the prompt of one of them.
 *
 * @param readers requests of neighbouring rows, with different prompts
 * @param requests all requests, the readers first
 * @param places for each request the index of its reader
 */
public record PromptPass(
    List<LiveRequest> readers, List<LiveRequest> requests, List<Integer> places) {
  /**
   * Passes over requests that have not started.
   *
   * @param most tokens of a pass, padding counted; one prompt may be longer
   */
  public static List<PromptPass> split(List<LiveRequest> fresh, int most) {
    Map<Object, List<LiveRequest>> byPrompt = new LinkedHashMap<>();
    fresh.forEach(x -> byPrompt.computeIfAbsent(x.prompt(), y -> new ArrayList<>()).add(x));
    List<PromptPass> passes = new ArrayList<>();
    List<List<LiveRequest>> group = new ArrayList<>();
    int longest = 0;
    for (List<LiveRequest> same : byPrompt.values()) {
      int length = same.get(0).prompt().size();
      if (!group.isEmpty() && (group.size() + 1L) * Math.max(longest, length) > most) {
        passes.add(of(group));
        group.clear();
        longest = 0;
      }
      group.add(same);
      longest = Math.max(longest, length);
    }
    passes.add(of(group));
    return passes;
  }

  private static PromptPass of(List<List<LiveRequest>> group) {
    List<LiveRequest> readers = group.stream().map(x -> x.get(0)).toList();
    List<LiveRequest> requests = new ArrayList<>(readers);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      places.add(i);
    }
    for (int i = 0; i < group.size(); i++) {
      List<LiveRequest> others = group.get(i).subList(1, group.get(i).size());
      requests.addAll(others);
      for (LiveRequest ignored : others) {
        places.add(i);
      }
    }
    return new PromptPass(readers, requests, places);
  }

  /** Whether each request reads its own prompt. */
  public boolean unshared() {
    return requests.size() == readers.size();
  }
}
