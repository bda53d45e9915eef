package skyproxy.chat;

import java.util.List;
import java.util.Locale;

/// The words by which a prompt is known that asks for plain text, in the languages it is found in.
///
/// Where an answer has no form that the game must parse, nothing in the prompt survives a
/// translation but its sense. These are hints, asked for where [Sign]s tell nothing, and at the
/// ends of a text only: what the game fills in between, such as a biography, says anything.
final class Wording {
  private static final int OPENING = 600;
  private static final int START = 2_000;
  private static final int END = 800;

  /// The heading over who an NPC is, from which on anything may be said.
  private static final String PROFILE = "character profile";

  /// Job and phrase, in lower case; the first that is found decides.
  private record Phrases(Job job, List<String> phrases) {}

  private static final List<Phrases> TASKS = List.of(
      new Phrases(Job.MOOD, List.of("ai mood analyzer", "only the most appropriate mood",
          "determine their current mood")),
      new Phrases(Job.ACTION, List.of("most appropriate in-game action",
          "what action should accompany", "one line only, no reasoning.")),
      new Phrases(Job.SPEAKER, List.of("npc should speak next", "npc the player is addressing",
          "npcs the player is addressing")),
      new Phrases(Job.MEMORY, List.of("first-person memor", "relevant to form memories",
          "game events into memories", "ranking an actor's memories")),
      new Phrases(Job.GAMEMASTER, List.of("the skyrim gamemaster", "gamemaster ai for skyrim")),
      new Phrases(Job.PROFILE, List.of("create a bio ", "updating character biograph",
          "updating character profile")),
      new Phrases(Job.DIARY, List.of("write a diary entry", "writing a diary entry")),
      new Phrases(Job.TRANSLATE, List.of("universal translator", "task is to transform dialogue")),
      new Phrases(Job.DIALOGUE, List.of("silent internal thought")));

  private static final List<String> SEARCH = List.of("search", "query", "such", "abfrage",
      "recherche", "requête", "búsqueda", "consulta", "busca", "pesquisa", "ricerca", "wyszuk",
      "zapytani", "szuka", "поиск", "запрос", "пошук", "запит", "搜索", "查询", "检索", "搜尋",
      "查詢", "檢索", "検索", "クエリ", "검색", "쿼리", "arama", "sorgu", "hledá", "dotaz",
      "vyhled", "zoek", "sök", "søk", "søg", "keres", "căut");

  private static final List<String> MEMORY = List.of("memor", "erinner", "gedächtnis", "souvenir",
      "mémoire", "recuerdo", "lembrança", "ricord", "pamię", "wspomn", "памят", "воспомин",
      "спогад", "пам'ят", "пам’ят", "记忆", "回忆", "記憶", "回憶", "思い出", "기억", "추억",
      "anı", "hafıza", "hatıra", "vzpom", "pamět", "herinner", "geheugen", "minne", "hukommelse",
      "erinde", "emlék", "amintir");

  private static final List<String> MOOD = List.of("mood", "emotion", "stimmung", "gemüt", "laune",
      "gefühl", "humeur", "émotion", "ánimo", "emoci", "humor", "umore", "emozion", "emoç",
      "nastr", "emocj", "настро", "эмоц", "настрі", "емоці", "情绪", "心情", "情緒", "気分", "感情",
      "ムード", "기분", "감정", "duygu", "ruh hal", "nálad", "stemming", "stämning", "känsl",
      "humør", "følel", "hangulat", "érzel", "stare de spirit", "emoți");

  private static final List<String> RESTYLE = List.of("transform", "rewrite", "rephrase",
      "umformulier", "umschreib", "verwand", "formulier", "reformul", "réécri", "reescri",
      "riscriv", "riformul", "przekszt", "przepis", "przeform", "преобраз", "перепи", "перефраз",
      "改写", "转换", "转化", "改寫", "轉換", "書き換", "変換", "言い換", "다시 쓰", "바꿔", "변환",
      "dönüştür", "yeniden yaz", "přepi", "přeform", "herschrijf", "omschrijf", "skriv om",
      "omskriv", "átír", "fogalmaz", "rescri");

  /// The name of an event, which a history lists.
  private static final String DIRECTED = "gamemaster_dialogue";

  private static final List<String> DIRECTOR = List.of("gamemaster", "game master", "game-master");

  private static final List<String> GAME = List.of("skyrim", "tamriel", "whiterun", "elder scrolls",
      "himmelsrand", "weißlauf", "bordeciel", "blancherive", "dovahkiin", "dragonborn", "septim",
      "khajiit", " nord ", "npc", "скайрим", "скайрім", "тамриэл", "тамріел", "вайтран", "довакин",
      "天际", "天際", "上古卷轴", "上古卷軸", "雪漫", "スカイリム", "タムリエル", "ホワイトラン",
      "스카이림", "탐리엘", "화이트런");

  private final String first;
  private final String opening;
  private final String last;

  Wording(String first, String last) {
    this.first = ends(first);
    this.last = ends(last);
    String start = this.first.substring(0, Math.min(OPENING, this.first.length()));
    opening = before("\n#", before(PROFILE, start));
  }

  /// What the last message asks for, or the first where it opens; null when neither tells.
  ///
  /// @param spoken whether the last message is what somebody says, in which nothing is asked
  Job task(boolean spoken) {
    for (Phrases task : TASKS) {
      if (any(task.phrases(), opening) || !spoken && any(task.phrases(), last)) return task.job();
    }
    return null;
  }

  boolean asksToRespondInCharacter() {
    return last.substring(Math.max(0, last.length() - 200)).contains("respond in character now");
  }

  boolean asksForSearch() {
    boolean opens = any(SEARCH, opening);
    boolean remembers = any(MEMORY, opening);
    return opens && any(MEMORY, last) || remembers && any(SEARCH, last)
        || opens && remembers && !opening.contains("assistant");
  }

  boolean remembers() {
    return any(MEMORY, first) || any(MEMORY, last);
  }

  boolean asksForMood() {
    return any(MOOD, opening) && any(MOOD, last);
  }

  boolean asksToRestyle() {
    return any(RESTYLE, opening) || any(RESTYLE, last);
  }

  boolean directs() {
    return any(DIRECTOR, opening) || any(DIRECTOR, last.replace(DIRECTED, ""));
  }

  boolean ofTheGame() {
    return any(GAME, first) || any(GAME, last);
  }

  /// `You are Lydia, …`, not `You are a helpful assistant`.
  boolean opensWithRole() {
    if (!first.startsWith("you are ") || !first.contains("skyrim")) return false;
    String role = first.substring(8);
    return !role.startsWith("a ") && !role.startsWith("an ") && !role.startsWith("the ");
  }

  private static String before(String mark, String text) {
    int at = text.indexOf(mark);
    return at < 0 ? text : text.substring(0, at);
  }

  private static boolean any(List<String> words, String text) {
    for (String word : words) {
      if (text.contains(word)) return true;
    }
    return false;
  }

  private static String ends(String text) {
    String ends = text.length() <= START + END ? text
        : text.substring(0, START) + '\n' + text.substring(text.length() - END);
    return ends.strip().toLowerCase(Locale.ROOT);
  }
}
