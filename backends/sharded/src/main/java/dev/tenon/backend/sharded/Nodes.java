package dev.tenon.backend.sharded;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;

/**
 * Several hosts, each with a JVM that runs the same program and passes the same global batches;
 * each has as many ranks as the others. Ranks meet in torch's own TCP store, which asks nobody who
 * he is: a network that strangers reach is no place for it.
 *
 * @param count of hosts
 * @param rank this host's number, from 0
 * @param host name or address of host 0, as the others reach it
 * @param port that is free on host 0
 * @param networkInterface through which this host's ranks talk to the others, for example eth0
 */
public record Nodes(int count, int rank, String host, int port, String networkInterface) {
  private static final int PORTS = 65536;

  /** Checks. */
  public Nodes {
    Problems problems = new Problems();
    problems.check(count > 0, "nodes", count, "> 0");
    problems.check(rank >= 0 && rank < count, "node rank", rank, "0 to " + (count - 1));
    problems.check(!host.isBlank(), "rendezvous host", host, "a name or an address");
    problems.check(port > 0 && port < PORTS, "rendezvous port", port, "1 to " + (PORTS - 1));
    problems.check(
        networkInterface.matches("[!-~]+"), "network interface", networkInterface, "its name");
    problems.throwIfAny(InvalidInputException::new);
  }

  /**
   * The same with a rendezvous in one word.
   *
   * @param rendezvous {@code host:port} of host 0
   */
  public static Nodes of(int count, int rank, String rendezvous, String networkInterface) {
    int colon = rendezvous.lastIndexOf(':');
    String port = rendezvous.substring(colon + 1);
    if (colon < 1 || !port.matches("[0-9]{1,5}")) {
      throw new InvalidInputException(Problems.problem("rendezvous", rendezvous, "host:port"));
    }
    return new Nodes(
        count, rank, rendezvous.substring(0, colon), Integer.parseInt(port), networkInterface);
  }
}
