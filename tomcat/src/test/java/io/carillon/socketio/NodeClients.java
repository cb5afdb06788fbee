package io.carillon.socketio;

import io.carillon.check.wire.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Official JavaScript clients in a process of Node, by {@code clients.mjs}. Any thread. */
final class NodeClients implements AutoCloseable {
  private final Process process;
  private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
  private final AtomicLong acks = new AtomicLong();

  private NodeClients(Process process) {
    this.process = process;
  }

  static NodeClients start() throws IOException, InterruptedException {
    NodeClients clients =
        new NodeClients(
            new ProcessBuilder("node", "clients.mjs")
                .directory(NodePackages.installed().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    Thread reader = new Thread(clients::read, "official clients");
    reader.setDaemon(true);
    reader.start();
    return clients;
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null) {
        Map<String, Object> said = JsonText.object(line);
        sockets
            .get((String) said.get("name"))
            .hear((String) said.get("event"), JsonText.asList(said.get("args")));
        line = lines.readLine();
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Connects.
   *
   * @param name of its own in this process
   * @param address of the server, with a namespace where it is another than the main one
   */
  OfficialClient open(String name, String address, Map<String, Object> options) {
    Socket socket = new Socket(name);
    sockets.put(name, socket);
    Map<String, Object> command = socket.command("open");
    command.put("address", address);
    command.put("options", options);
    tell(command);
    return socket;
  }

  private void tell(Map<String, Object> command) {
    byte[] line = (JsonText.write(command) + '\n').getBytes(StandardCharsets.UTF_8);
    try {
      synchronized (this) {
        OutputStream out = process.getOutputStream();
        out.write(line);
        out.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private final class Socket implements OfficialClient {
    private final String name;
    private final HeardEvents events;
    private final Map<Long, CompletableFuture<Object>> asked = new ConcurrentHashMap<>();

    Socket(String name) {
      this.name = name;
      this.events = new HeardEvents(name);
    }

    private void hear(String event, List<?> args) {
      if (event.equals("$ack")) {
        asked.remove((Long) args.get(0)).complete(args.size() > 1 ? args.get(1) : null);
      } else {
        events.add(new Event(event, args));
      }
    }

    private Map<String, Object> command(String what) {
      Map<String, Object> command = new LinkedHashMap<>();
      command.put("do", what);
      command.put("name", name);
      return command;
    }

    private Map<String, Object> emission(Object... eventAndArguments) {
      Map<String, Object> command = command("emit");
      command.put("args", new ArrayList<>(Arrays.asList(eventAndArguments)));
      return command;
    }

    @Override
    public void emit(Object... eventAndArguments) {
      tell(emission(eventAndArguments));
    }

    @Override
    public CompletableFuture<Object> ask(Object... eventAndArguments) {
      long ack = acks.incrementAndGet();
      CompletableFuture<Object> answer = new CompletableFuture<>();
      asked.put(ack, answer);
      Map<String, Object> command = emission(eventAndArguments);
      command.put("ack", ack);
      tell(command);
      return answer;
    }

    @Override
    public List<Event> heard() {
      return events.all();
    }

    @Override
    public Event await(String event, Predicate<List<?>> like) {
      return events.await(event, like);
    }

    @Override
    public List<Map<String, Object>> objects(String event) {
      return events.objects(event);
    }

    @Override
    public void cut() {
      tell(command("cut"));
    }

    @Override
    public void close() {
      tell(command("close"));
    }
  }
}
