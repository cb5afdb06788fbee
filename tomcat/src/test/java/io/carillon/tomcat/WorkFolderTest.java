package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {
  private static final Instant LATER = Instant.now().plus(Duration.ofHours(1));

  @TempDir Path temporary;

  private Path folder(String name, boolean withLock) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve(name + "/web")).getParent();
    Files.writeString(folder.resolve("web/file"), "x");
    if (withLock) {
      Files.createFile(folder.resolve("in-use"));
    }
    return folder;
  }

  @Test
  void removesWhatAKilledServerHasLeft() throws IOException {
    Path left = folder("carillon-tomcat-1", true);
    WorkFolder.removeAbandoned(temporary, LATER);
    assertThat(left).doesNotExist();
  }

  @Test
  void makesNothingOfOthersWhoRemoveTheSame() throws Exception {
    for (int i = 0; i < 100; i++) {
      Path folder = folder("carillon-tomcat-" + i, true);
      for (int n = 0; n < 20; n++) {
        Files.createFile(folder.resolve("web/file-" + n));
      }
    }
    ExecutorService starts = Executors.newFixedThreadPool(4);
    try {
      List<Future<Void>> removals =
          starts.invokeAll(Collections.nCopies(4, this::removeEverything));
      for (Future<Void> removal : removals) {
        removal.get(); // tells if it failed
      }
    } finally {
      starts.shutdown();
    }
  }

  private Void removeEverything() throws IOException {
    WorkFolder.removeAbandoned(temporary, LATER);
    return null;
  }

  @Test
  void leavesAloneWhatIsInUseOrMayBeOrIsSomethingElse() throws IOException {
    Path used = folder("carillon-tomcat-2", true);
    Path unknown = folder("carillon-tomcat-3", false);
    Path other = folder("another-tomcat-4", true);
    try (FileChannel channel = FileChannel.open(used.resolve("in-use"), StandardOpenOption.WRITE)) {
      channel.lock();
      WorkFolder.removeAbandoned(temporary, LATER);
      assertThat(used).exists();
    }
    assertThat(unknown).exists();
    assertThat(other).exists();
    WorkFolder.removeAbandoned(temporary, Instant.now().minus(Duration.ofMinutes(1)));
    assertThat(used).exists(); // it is young
  }

  @Test
  void isThereUntilItIsClosed() throws IOException {
    WorkFolder folder = WorkFolder.make(temporary);
    try (folder) {
      assertThat(folder.path()).isDirectory();
      WorkFolder.removeAbandoned(temporary, LATER);
      assertThat(folder.path()).isDirectory();
    }
    assertThat(folder.path()).doesNotExist();
  }
}
