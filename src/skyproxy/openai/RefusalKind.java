package skyproxy.openai;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import java.util.regex.Pattern;

/// The matter of an error, as far as its words say more than its status: servers choose statuses
/// freely, and send a template's refusal as 500 and a missing model as 400.
///
/// The first that fits counts. Statuses that are sure of what they mean (401, 429, …) are not
/// asked for their words here.
enum RefusalKind {
  /// A model that is on its way into memory.
  LOADING("loading model|model (?:is |was )?(?:still |currently |being )*loading|still loading"
      + "|model is warming up"),

  /// No model in memory, and none on its way.
  NOT_LOADED("no models? (?:is |are )?(?:currently |yet )?(?:loaded|running)"
      + "|model (?:is )?(?:not|n't) (?:yet )?loaded"
      + "|model (?:was |has been |is )?(?:unloaded|crashed)"
      + "|failed to load (?:the )?model"),

  /// The prompt is longer than the model takes.
  TOO_LONG("exceed_context_size|context_length_exceeded"
      + "|exceeds? (?:the |this )?(?:available |maximum |model'?s? |allowed )*context"
      + "|maximum context length|context (?:length|window|size|limit).{0,40}(?:exceed|overflow|too)"
      + "|(?:prompt|input|request) (?:is |was )?too (?:long|large)"
      + "|too many (?:input |prompt )?tokens"
      + "|(?:greater|longer|larger) than the context"),

  /// A sound, or another medium than pictures.
  MEDIUM("(?:audio|video|file|document)s?(?: input| content)?s? (?:is |are )?(?:not|n't|un)\\s?"
      + "(?:be )?(?:support|enabled|accept)|(?:not|n't) support (?:audio|video|file)"),

  /// A picture, for a model without eyes.
  PICTURE("(?:image|picture|vision|multi-?modal)\\w*(?: input| content| part)?s?.{0,30}"
      + "(?:not|n't|un)\\s?(?:be )?(?:support|enabled|allow|accept|available|permitted)"
      + "|(?:not|n't|cannot|can't|un)\\s?(?:be )?"
      + "(?:support|accept|process|handle|see|read|take)\\w*.{0,40}"
      + "(?:image|picture|vision|multi-?modal)"
      + "|no endpoints found that support image|mmproj|not a (?:vision|multimodal)"
      + "|only (?:supports? |accepts? |takes? )?text (?:content|input|part|message)"),

  /// A model that nobody knows there.
  UNKNOWN_MODEL("model_not_found"
      + "|model ['\"`]?[^'\"`\\s]+['\"`]? (?:was |is |could )?not (?:be )?found"
      + "|(?:invalid|unknown|no such|unrecognized) model|model.{0,80}(?:not|n't) exist"
      + "|model not found|not a valid model"),

  /// Tools, a schema, a grammar: what this request alone asks for.
  REQUEST("(?:not|n't) support tool|tools? (?:use|calls?|choice)?.{0,20}(?:not|n't|un)\\s?(?:be )?"
      + "(?:support|enabled)|json schema|grammar|failed to initialize samplers"),

  /// Nothing that the words tell.
  UNKNOWN("");

  private final Pattern words;

  RefusalKind(String words) {
    this.words = Pattern.compile(words, CASE_INSENSITIVE);
  }

  /// What an error with these words is about.
  static RefusalKind of(String words) {
    for (RefusalKind kind : values()) {
      if (kind == REQUEST && RefusalTable.aboutOrder(words)) return REQUEST;
      if (kind.words.matcher(words).find()) return kind;
    }
    return UNKNOWN;
  }
}
