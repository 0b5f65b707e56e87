package dev.tenon.samples.springboot;

import dev.tenon.modelinterface.text.TextGenerator;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Serves the checkpoint that the property {@code tenon.checkpoint} names. */
@SpringBootApplication
public class Application {
  /** Starts. */
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }

  /** The one model of this service. Spring closes it when the service ends. */
  @Bean
  TextGenerator textGenerator(@Value("${tenon.checkpoint}") String checkpoint) {
    return TextGenerator.open(Path.of(checkpoint));
  }
}
