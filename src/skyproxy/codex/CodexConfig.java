package skyproxy.codex;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import skyproxy.json.Json;
import skyproxy.upstream.UnsupportedParameters;

/// The settings under which Codex only talks: no tools, no shell, no files, no instructions of
/// its own, no reports home, no history on disk.
///
/// They make a request 2 kB long where Codex's own are 44 to 70, and leave a model nothing to
/// call. One `key = value` a line, so that the same lines serve as a `config.toml` and as `-c`.
final class CodexConfig {
  private static final List<String> OFF = List.of("apps", "plugins", "remote_plugin",
      "plugin_sharing", "tool_suggest", "shell_snapshot", "shell_tool", "unified_exec",
      "multi_agent_v2", "goals", "skill_search", "image_generation", "view_image", "browser_use",
      "browser_use_external", "computer_use", "in_app_browser", "hooks", "memories",
      "workspace_dependencies", "daemon_auto_start");

  private static final List<String> LINES = List.of(
      "web_search = \"disabled\"",
      "project_doc_max_bytes = 0",
      "include_environment_context = false",
      "include_permissions_instructions = false",
      "include_apps_instructions = false",
      "include_collaboration_mode_instructions = false",
      "check_for_update_on_startup = false",
      "sandbox_mode = \"read-only\"",
      "approval_policy = \"never\"",
      "thread_unload_delay_secs = 0",
      "analytics.enabled = false",
      "history.persistence = \"none\"",
      "skills.include_instructions = false",
      "skills.bundled.enabled = false",
      "tools.update_plan.enabled = false",
      "tools.experimental_request_user_input.enabled = false");

  /// What an upstream may refuse: a JSON schema, which is then put into words; and to have no base
  /// instructions, which is best, since Codex sends them twice to some models.
  static final String SCHEMA = "outputSchema";
  static final String EMPTY_INSTRUCTIONS = "empty baseInstructions";

  /// In the place of a model's name: a thread knows its instructions before its model.
  static final String ANY_MODEL = "Codex";

  /// The shortest instructions there can be, for what insists on some.
  static final String INSTRUCTIONS = "You are a helpful assistant.";

  private CodexConfig() {}

  /// The amount of settings that a version of Codex takes; a later constant asks for less.
  enum Variant { FULL, NO_CATALOG, OLD }

  /// @param catalog the slim list of models, or null
  /// @param extra more lines, that win
  static List<String> lines(Variant variant, Path catalog, List<String> extra) {
    List<String> lines = new ArrayList<>(LINES);
    for (String feature : OFF) lines.add("features." + feature + " = false");
    lines.add(variant == Variant.OLD ? "features.multi_agent = false" : "agents.enabled = false");
    if (variant == Variant.FULL && catalog != null) {
      lines.add("model_catalog_json = " + new Json.Str(catalog.toString()));
    }
    lines.addAll(extra);
    return lines;
  }

  /// Adds what replaces Codex's own instructions, which no request to exec can switch off.
  ///
  /// @param instructions a file with others
  static List<String> linesForExec(List<String> lines, Path instructions) {
    return Stream.concat(lines.stream(), Stream.of(
        "model_instructions_file = " + new Json.Str(instructions.toString()))).toList();
  }

  /// The same as arguments. Quotes are left out where they can be: a command line on Windows
  /// loses them, and Codex takes a value that is no TOML as a plain string.
  static List<String> arguments(List<String> lines) {
    return lines.stream().flatMap(line -> {
      int equals = line.indexOf(" = ");
      String value = line.substring(equals + 3);
      return Stream.of("-c", line.substring(0, equals) + "="
          + (value.startsWith("\"") && !value.contains("\\")
              ? value.substring(1, value.length() - 1) : value));
    }).toList();
  }

  /// The parameters of `thread/start`, but for the model: nothing to work with, nothing kept.
  ///
  /// @param folder an empty one
  static Json.Obj threadStart(Path folder, UnsupportedParameters unsupported) {
    boolean empty = !unsupported.of(ANY_MODEL).contains(EMPTY_INSTRUCTIONS);
    return Json.Obj.builder().put("baseInstructions", empty ? "" : INSTRUCTIONS)
        .put("developerInstructions", "").put("sandbox", "read-only")
        .put("approvalPolicy", "never").put("ephemeral", true)
        .put("environments", Json.Arr.of()).put("cwd", folder.toString()).build();
  }

  /// The CLI's own model list, with tools and instructions removed from every model.
  static Json.Obj catalog(Json.Obj bundled) {
    List<Json> models = new ArrayList<>();
    Json.Obj plain = null;
    List<String> known = new ArrayList<>();
    for (Json model : ((Json.Arr) bundled.get("models")).items()) {
      Json.Obj slim = slim((Json.Obj) model);
      models.add(slim);
      if (slim.get("slug") instanceof Json.Str(var slug)) known.add(slug);
      boolean lite = new Json.Bool(true).equals(slim.get("use_responses_lite"));
      if (!lite && plain == null) plain = slim;
    }
    for (String old : CodexModels.OLD) {
      if (plain == null || known.contains(old)) continue;
      models.add(plain.with("slug", new Json.Str(old)).with("display_name", new Json.Str(old))
          .with("visibility", new Json.Str("hide")));
    }
    return bundled.with("models", new Json.Arr(models));
  }

  private static Json.Obj slim(Json.Obj model) {
    Json.Obj slim = model.without("tool_mode").without("multi_agent_version")
        .with("shell_type", new Json.Str("disabled"))
        .with("apply_patch_tool_type", Json.NULL)
        .with("experimental_supported_tools", Json.Arr.of())
        .with("supports_search_tool", new Json.Bool(false))
        .with("base_instructions", new Json.Str(INSTRUCTIONS))
        .with("model_messages", Json.NULL);
    for (String kind : List.of("skills", "plugin", "apps")) {
      slim = slim.with("include_" + kind + "_usage_instructions", new Json.Bool(false));
    }
    return slim;
  }
}
