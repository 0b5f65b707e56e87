package dev.tenon.catalog.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UrlPolicyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://models.example/x",
        "ftp://models.example/x",
        "file:///etc/passwd",
        "models.example/x",
        "//models.example/x",
        "-oProxyCommand=x",
        "--upload-pack=touch",
        " https://models.example",
        "https://",
        "https:///x",
        "https:models.example",
        "https://name:word@models.example/x",
        "jar:https://models.example/x.jar!/",
        "https://models.example/a b",
        "https://exa\nmple/",
        "https://0177.0.0.1/x",
        "https://0x7f.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "ext::sh -c touch% /tmp/x",
        ""
      })
  void refusesWhatIsNoPlainHttpsUrl(String url) {
    assertThatThrownBy(() -> UrlPolicy.PUBLIC.check(url)).isInstanceOf(RefusedUrlException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.1.1",
        "198.19.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::7f00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void refusesAddressesThatAreNotPublic(String address) throws Exception {
    InetAddress parsed = InetAddress.getByName(address);
    assertThatThrownBy(() -> UrlPolicy.checkAddress("h", parsed))
        .isInstanceOf(RefusedUrlException.class)
        .hasMessageContaining("public");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.128.0.1",
        "172.32.0.1",
        "192.167.1.1"
      })
  void takesPublicAddresses(String address) throws Exception {
    InetAddress parsed = InetAddress.getByName(address);
    assertThatCode(() -> UrlPolicy.checkAddress("h", parsed)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2606:4700::1", "2a00:1450::1", "2001:4860:4860::8888"})
  void takesPublicAddressesOfIpv6(String address) throws Exception {
    InetAddress parsed = InetAddress.getByName(address);
    assertThatCode(() -> UrlPolicy.checkAddress("h", parsed)).doesNotThrowAnyException();
  }

  @Test
  void keepsToAList() {
    UrlPolicy policy = UrlPolicy.PUBLIC.only(Set.of("Hub.example", "*.cdn.example"));
    policy.check("https://hub.example/x");
    policy.check("https://a.b.cdn.example/x");
    assertThatThrownBy(() -> policy.check("https://cdn.example/x"))
        .isInstanceOf(RefusedUrlException.class);
    assertThatThrownBy(() -> policy.check("https://hub.example.evil.example/x"))
        .isInstanceOf(RefusedUrlException.class);
    assertThatThrownBy(() -> policy.check("https://evilcdn.example/x"))
        .hasMessageContaining("hub.example");
  }

  @Test
  void trustsAnOriginThatIsNamed() {
    UrlPolicy policy = UrlPolicy.PUBLIC.trusting("http://localhost:8080").trusting("nas.local");
    policy.check("http://localhost:8080/x");
    policy.check("https://nas.local/x");
    assertThat(policy.trusts("nas.local", 443)).isTrue();
    assertThat(policy.trusts("nas.local", 8443)).isFalse();
    assertThatThrownBy(() -> policy.check("http://localhost:8081/x"))
        .isInstanceOf(RefusedUrlException.class);
    assertThatThrownBy(() -> policy.check("http://nas.local/x"))
        .isInstanceOf(RefusedUrlException.class);
  }

  @Test
  void messagesHoldNoSecret() {
    assertThatThrownBy(() -> UrlPolicy.PUBLIC.check("https://me:xyzzy@h.example/x?sig=abc#f"))
        .hasMessageNotContaining("xyzzy")
        .hasMessageNotContaining("abc");
  }
}
