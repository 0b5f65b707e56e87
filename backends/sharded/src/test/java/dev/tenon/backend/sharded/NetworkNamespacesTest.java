package dev.tenon.backend.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.model.Model;
import dev.tenon.spec.FinetuneSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two hosts with networks of their own: namespaces of this machine, joined by a cable. Needs root
 * and the program {@code ip}; says so where it may not.
 */
@Tag("soak")
class NetworkNamespacesTest {
  private static final int STEPS = 3;
  private static final List<String> HOSTS = List.of("tenon-first", "tenon-second");
  private static final List<String> CABLE = List.of("tenon-one", "tenon-two");
  private static final String FIRST = "10.213.77.1";

  @Test
  void twoHostsTrainTogether() throws Exception {
    String refusal = run(List.of("ip", "netns", "add", HOSTS.get(0)));
    assumeTrue(refusal.isEmpty(), "no network namespaces here: " + refusal);
    try {
      connect();
      List<Process> hosts = new ArrayList<>();
      for (int host = 0; host < 2; host++) {
        List<String> inside = List.of("ip", "netns", "exec", HOSTS.get(host));
        hosts.add(ChildJvm.start(inside, Host.class, Integer.toString(host), CABLE.get(host)));
      }
      List<String> said = new ArrayList<>();
      for (Process host : hosts) {
        said.add(new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      assertThat(losses(said.get(0))).as(said.toString()).hasSize(STEPS);
      assertThat(losses(said.get(1))).isEqualTo(losses(said.get(0)));
    } finally {
      HOSTS.forEach(host -> run(List.of("ip", "netns", "del", host)));
    }
  }

  private static List<String> losses(String said) {
    return said.lines().filter(x -> x.startsWith("loss ")).toList();
  }

  private static void connect() {
    List<String> commands =
        List.of(
            "ip netns add " + HOSTS.get(1),
            "ip link add " + CABLE.get(0) + " type veth peer name " + CABLE.get(1),
            "ip link set " + CABLE.get(0) + " netns " + HOSTS.get(0),
            "ip link set " + CABLE.get(1) + " netns " + HOSTS.get(1),
            inside(0, "addr add " + FIRST + "/24 dev " + CABLE.get(0)),
            inside(1, "addr add 10.213.77.2/24 dev " + CABLE.get(1)),
            inside(0, "link set " + CABLE.get(0) + " up"),
            inside(1, "link set " + CABLE.get(1) + " up"),
            inside(0, "link set lo up"),
            inside(1, "link set lo up"));
    for (String command : commands) {
      assertThat(run(List.of(command.split(" ", -1)))).as(command).isEmpty();
    }
  }

  private static String inside(int host, String what) {
    return "ip -n " + HOSTS.get(host) + " " + what;
  }

  /** What it says if it fails, else nothing. */
  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      return code == 0 ? "" : "exit status " + code + ": " + output.strip();
    } catch (IOException e) {
      return String.valueOf(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return String.valueOf(e);
    }
  }

  /** One of the hosts. */
  static final class Host {
    private static final int PORT = 29411;

    private Host() {}

    public static void main(String[] args) {
      Nodes nodes = new Nodes(2, Integer.parseInt(args[0]), FIRST, PORT, args[1]);
      ShardedBackend backend = new ShardedBackend(ShardedOptions.ranks(2).threads(1).nodes(nodes));
      try (Model model = backend.initialize(TinyModels.llama(), FinetuneSpec.steps(10))) {
        for (int step = 0; step < STEPS; step++) {
          System.out.println(
              "loss "
                  + model
                      .trainEngine()
                      .trainBatch(TinyModels.batch(step, 9, 5), TinyModels.SFT)
                      .get("loss"));
        }
      }
    }
  }
}
