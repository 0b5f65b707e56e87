package dev.tenon.catalog;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a user should know once: each sentence is logged the first time. Safe for threads. */
final class Notices {
  private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

  private final Set<String> said = ConcurrentHashMap.newKeySet();

  void say(String sentence) {
    if (said.add(sentence)) {
      LOG.warn("{}", sentence);
    }
  }
}
