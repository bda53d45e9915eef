package skyproxy.codex;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skyproxy.chat.Secrets;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The way in which Codex can be reached just now.
sealed interface Way {

  /// Soon: it is being started.
  record Starting() implements Way {}

  /// Not at all. `retryAfter` is null when somebody must do something first.
  record Absent(String message, Duration retryAfter) implements Way {
    public Absent {
      message = Secrets.masked(message);
    }
  }

  /// Through a running app-server.
  record Server(CodexCli cli, int identity, CodexSession session, WarmThreads threads,
      Models models) implements Way {}

  /// By a process for each request.
  ///
  /// @param why the app-server could not be used
  record Exec(CodexCli cli, int identity, Path home, Path folder, List<String> settings,
      String why) implements Way {}

  /// The models that the CLI lists.
  ///
  /// @param efforts what each takes as its effort, by its id, in the CLI's order
  /// @param standard the one that the CLI would choose, or null
  record Models(Map<String, List<String>> efforts, String standard) {
    static final Models UNKNOWN = new Models(Map.of(), null);

    static Models of(Json.Obj result) {
      Map<String, List<String>> efforts = new LinkedHashMap<>();
      String standard = null;
      for (Cursor model : Cursor.of(result).at("data").arrayOrEmpty()) {
        if (model.at("hidden").boolOr(false)) continue;
        List<String> words = new ArrayList<>();
        for (Cursor effort : model.at("supportedReasoningEfforts").arrayOrEmpty()) {
          Cursor word = effort.isObject() ? effort.at("reasoningEffort") : effort;
          if (word.isString()) words.add(word.string());
        }
        String id = model.at("model").stringOr(model.at("id").stringOr(""));
        if (id.isBlank()) continue;
        efforts.put(id, List.copyOf(words));
        if (model.at("isDefault").boolOr(false)) standard = id;
      }
      return new Models(efforts, standard);
    }

    List<String> ids() {
      return List.copyOf(efforts.keySet());
    }

    List<String> effortsOf(String id) {
      return efforts.getOrDefault(id, List.of());
    }
  }
}
