package skyproxy.claude.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import skyproxy.chat.Model;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The player's account, as the CLI's processes report it beside their answers. Any number of
/// threads.
final class CliAccount {

  /// The state of the login, as far as known.
  enum Login { UNKNOWN, YES, NO }

  private volatile Login login = Login.UNKNOWN;
  private volatile List<Model> models = List.of();
  private final Map<String, Json.Obj> windows = new ConcurrentHashMap<>();

  /// Looks at a line of any process.
  void see(Json.Obj line) {
    Cursor at = Cursor.of(line);
    try {
      switch (at.at("type").stringOr("")) {
        case "control_response" -> answered(at.at("response"));
        case "rate_limit_event" -> limited(at.at("rate_limit_info"));
        default -> { }
      }
    } catch (Cursor.Mismatch newer) {
      // A form that we do not know says nothing, and must not stop the process's reader.
      login = login == Login.UNKNOWN ? Login.YES : login;
    }
  }

  private void answered(Cursor response) {
    if (!response.at("request_id").stringOr("").equals(StreamJson.INITIALIZE)) return;
    Cursor report = response.at("response");
    String source = report.at("account").at("tokenSource").stringOr("");
    String key = report.at("account").at("apiKeySource").stringOr("none");
    List<Model> listed = new ArrayList<>();
    for (Cursor model : report.at("models").arrayOrEmpty()) {
      String id = model.at("resolvedModel").stringOr(model.at("value").stringOr("default"));
      boolean longer = id.indexOf('[') >= 0; // a larger window, which may be billed apart
      boolean madeUp = model.at("description").stringOr("").equals("Custom model");
      boolean known = listed.stream().anyMatch(one -> one.id().equals(id));
      if (longer || madeUp || known || id.equals("default")) continue;
      listed.add(new Model(id, 0, "anthropic"));
    }
    models = List.copyOf(listed);
    login = source.equals("none") && key.equals("none") ? Login.NO : Login.YES;
  }

  /// An answer came, whatever a process said that was started before the player logged in.
  void proved() {
    login = Login.YES;
  }

  /// Newer CLIs report all windows, older ones the one that matters.
  private void limited(Cursor info) {
    Cursor all = info.at("unifiedWindows");
    if (all.isObject()) {
      all.members().forEach((name, window) -> windows.put(name, window.object()));
    } else if (!info.at("rateLimitType").isMissing()) {
      windows.put(info.at("rateLimitType").string(), info.object());
    }
  }

  Login login() {
    return login;
  }

  /// Those of the plan; none as long as no process was asked.
  List<Model> models() {
    return models;
  }

  /// The plan's windows by Anthropic's names, such as `five_hour`, as last reported.
  Map<String, Json.Obj> windows() {
    return new TreeMap<>(windows);
  }
}
