package skyproxy.codex;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The models that the CLI lists.
///
/// @param efforts what each takes as its effort, by its id, in the CLI's order
/// @param standard the one that the CLI would choose, or null
record CodexModels(Map<String, List<String>> efforts, String standard) {
  /// Ids that the proxy has always listed, and newer versions of Codex know no more. They still go
  /// upstream; [CodexConfig] adds them to the CLI's list, for without an entry there they would go
  /// with instructions and tools for coding.
  static final List<String> OLD = List.of("gpt-5.3-codex", "gpt-5.2-codex", "gpt-5.2",
      "gpt-5.1-codex-max", "gpt-5.1-codex-mini");

  static final CodexModels UNKNOWN = new CodexModels(Map.of(), null);

  static CodexModels of(Json.Obj result) {
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
    return new CodexModels(efforts, standard);
  }

  List<String> ids() {
    return List.copyOf(efforts.keySet());
  }

  List<String> effortsOf(String id) {
    return efforts.getOrDefault(id, List.of());
  }
}
