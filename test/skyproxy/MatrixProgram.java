package skyproxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import skyproxy.testing.Os;

/// A CLI, as a shell script that prints what lies beside it for each fault: `FAULT.out` first, then
/// what `FAULT.then` says. `THREAD` in it stands for the thread that the app-server was asked in.
final class MatrixProgram {
  private static final List<String> PIECES =
      List.of("Ten septims", " for you.", " The night", " — long.");

  /// What each of them does with a request.
  private static final String ACT = """
      here=$(dirname "$0")
      act() {
        sed "s/THREAD/$t/g" "$here/$fault.out"
        read -r then < "$here/$fault.then"
        case $then in
          exit) exit 1;;
          kill) kill -9 $$;;
          close) exec 1>&-;;
          huge) sed "s/THREAD/$t/g" "$here/huge.pre"; head -c 50000000 /dev/zero | tr '\\0' a
            cat "$here/huge.post";;
          line) head -c 70000000 /dev/zero | tr '\\0' a;;
          endless) i=0; while [ $i -lt 300 ]; do
            sed "s/THREAD/$t/g" "$here/chunk"; i=$((i+1)); done;;
        esac
      }
      """;

  private final Path folder;
  private final Path script;
  private final List<String> lines;
  private final String chunk;
  private final int last;

  /// @param lines one answer
  /// @param chunk one piece of it, with `TEXT` in it
  /// @param last with how many of the lines it is complete
  private MatrixProgram(Path folder, String name, String text, List<String> lines, String chunk,
      int last) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.lines = lines;
    this.chunk = chunk;
    this.last = last;
    script = Os.script(folder.resolve(name), "#!/bin/sh\n" + ACT + text);
    write();
  }

  Path path() {
    return script;
  }

  static MatrixProgram claude(Path folder) throws IOException {
    String event = "{\"type\":\"stream_event\",\"event\":%s}";
    List<String> lines = new ArrayList<>();
    lines.add("{\"type\":\"system\",\"subtype\":\"init\"}");
    lines.add(event.formatted(
        "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}"));
    lines.add(event.formatted("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
        + "{\"type\":\"text\",\"text\":\"\"}}"));
    String chunk = event.formatted("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
        + "{\"type\":\"text_delta\",\"text\":\"TEXT\"}}");
    for (String piece : PIECES) lines.add(chunk.replace("TEXT", piece));
    lines.add(event.formatted("{\"type\":\"content_block_stop\",\"index\":0}"));
    lines.add(event.formatted(
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}"));
    lines.add(event.formatted("{\"type\":\"message_stop\"}"));
    lines.add("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"\"}");
    return new MatrixProgram(folder, "claude", """
        case "$*" in *--version*) echo '2.1.330 (Claude Code)'; exit;; esac
        while IFS= read -r line; do case $line in
          *'"subtype":"initialize"'*) echo '{"type":"control_response","response":{"subtype":\
        "success","request_id":"initialize","response":{"models":[],"account":\
        {"tokenSource":"claude.ai"}}}}';;
          '{"type":"user"'*) fault=${line##*@}; fault=${fault%%[!a-z0-9-]*}; act;;
        esac; done
        """, lines, chunk, 10);
  }

  static MatrixProgram codex(Path folder, boolean exec) throws IOException {
    List<String> lines = new ArrayList<>();
    String chunk;
    if (exec) {
      chunk = "{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":"
          + "\"TEXT\"}}";
      lines.add("{\"type\":\"thread.started\"}");
      lines.add(chunk.replace("TEXT", String.join("", PIECES)));
      lines.add("{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":9}}");
    } else {
      String event = "{\"method\":\"%s\",\"params\":{\"threadId\":\"THREAD\",%s}}";
      lines.add(event.formatted("item/started",
          "\"item\":{\"type\":\"agentMessage\",\"id\":\"m\",\"phase\":null}"));
      chunk = event.formatted("item/agentMessage/delta", "\"itemId\":\"m\",\"delta\":\"TEXT\"");
      for (String piece : PIECES) lines.add(chunk.replace("TEXT", piece));
      lines.add(event.formatted("item/completed", "\"item\":{\"type\":\"agentMessage\",\"id\":\"m\""
          + ",\"text\":\"" + String.join("", PIECES) + "\"}"));
      lines.add(event.formatted("turn/completed", "\"turn\":{\"status\":\"completed\"}"));
    }
    return new MatrixProgram(folder, "codex", """
        case $1 in
          --version) echo 'codex-cli VERSION'; exit;;
          debug) echo '{"models":[{"slug":"gpt-5.5","shell_type":"unified_exec"}]}'; exit;;
          login) exit 1;;
          exec) all=$(cat); fault=${all##*@}; fault=${fault%%[!a-z0-9-]*}; act
            case $then in stall*|huge|line|endless|close) sleep 60;; esac; exit;;
        esac
        n=0
        while IFS= read -r line; do
          id=${line#*\\"id\\":}; id=${id%%,*}
          t=${line#*\\"threadId\\":\\"}; t=${t%%\\"*}
          case $line in
            *'"method":"initialize"'*) r='{"userAgent":"x/VERSION (Test)"}';;
            *'"method":"account/read"'*)
              r='{"account":{"type":"chatgpt"},"requiresOpenaiAuth":true}';;
            *'"method":"model/list"'*) r='{"data":[{"id":"gpt-5.5","model":"gpt-5.5",\
        "hidden":false,"isDefault":true,"supportedReasoningEfforts":[]}]}';;
            *'"method":"thread/start"'*) n=$((n+1)); r='{"thread":{"id":"'$$-$n'"}}';;
            *'"method":"turn/start"'*) r='{"turn":{"id":"turn"}}';;
            *) r='{}';;
          esac
          case $line in *'"id":'*) echo "{\\"id\\":$id,\\"result\\":$r}";; esac
          case $line in *'"method":"turn/start"'*)
            fault=${line##*@}; fault=${fault%%[!a-z0-9-]*}; act;;
          esac
        done
        """.replace("VERSION", exec ? "0.118.0" : "0.169.0"), lines, chunk, lines.size());
  }

  /// @param deaths whether it may die: one that serves all replies rests before it is started anew
  List<MatrixFault> faults(boolean deaths) {
    List<MatrixFault> faults = new ArrayList<>();
    for (int i = 0; i <= lines.size(); i++) {
      faults.add(MatrixFault.stall(i, last));
      if (!deaths) continue;
      faults.add(MatrixFault.cut("exit", i, last));
      faults.add(MatrixFault.cut("kill", i, last));
    }
    faults.add(MatrixFault.whole("garbage"));
    faults.add(MatrixFault.either("utf"));
    faults.add(MatrixFault.fails("huge"));
    // Of exec's messages the last is the answer: it is silence that ends it.
    faults.add(chunk.contains("agent_message") ? MatrixFault.silent("endless")
        : MatrixFault.fails("endless"));
    if (deaths) {
      faults.add(MatrixFault.fails("line"));
      faults.add(MatrixFault.fails("close"));
    }
    return faults;
  }

  /// Those of which it dies, though others may need it.
  List<MatrixFault> deaths() {
    return List.of(MatrixFault.cut("kill", 0, last),
        MatrixFault.cut("kill", lines.size() / 2, last), MatrixFault.cut("exit", last - 1, last),
        MatrixFault.fails("line"), MatrixFault.fails("close"));
  }

  private void write() throws IOException {
    List<MatrixFault> all = new ArrayList<>(faults(true));
    all.add(MatrixFault.whole("none"));
    for (MatrixFault fault : all) {
      String word = fault.name().replaceAll("\\d", "");
      int count = switch (word) {
        case "exit", "kill", "stall" -> fault.behind();
        case "none", "garbage", "utf" -> lines.size();
        default -> Math.min(2, lines.size() / 2);
      };
      String text = String.join("\n", lines.subList(0, count)) + (count == 0 ? "" : "\n");
      if (word.equals("garbage")) {
        text = "thread 'main' panicked: {\"nonsense\n[1,2]\n\n{\"id\":1.5}\n{}\n" + text;
      }
      byte[] bytes = text.getBytes();
      if (word.equals("utf")) {
        text = "\0\n" + text;
        bytes = text.getBytes();
        bytes[0] = (byte) 0xff;
      }
      Files.write(folder.resolve(fault.name() + ".out"), bytes);
      Files.writeString(folder.resolve(fault.name() + ".then"), word + "\n");
    }
    String[] around = chunk.split("TEXT");
    Files.writeString(folder.resolve("huge.pre"), around[0]);
    Files.writeString(folder.resolve("huge.post"), around[1] + "\n");
    Files.writeString(folder.resolve("chunk"), chunk.replace("TEXT", "a".repeat(64_000)) + "\n");
  }
}
