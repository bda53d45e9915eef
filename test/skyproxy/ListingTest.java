package skyproxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The entry for SkyrimNet's Plugin Hub in `test/fixtures/listing`, held to the hub's rules.
///
/// These are its `schemas/manifest.schema.json` and its guide for authors, read on 2026-11-27 at
/// https://github.com/MinLL/SkyrimNet-Plugins. Whoever publishes puts their own name into `author`
/// and `id`, and the address of the release into `external_url`. The picture is made of `cover.svg`
/// by `chromium --headless --screenshot=cover.png --window-size=1024,1024 cover.svg`.
final class ListingTest {
  private static final Path FOLDER = Path.of("test", "fixtures", "listing");

  private static Cursor manifest() throws Exception {
    return Cursor.of(Json.parse(Files.readAllBytes(FOLDER.resolve("manifest.json"))));
  }

  @Test
  void the_texts_are_within_the_limits_of_the_hub() throws Exception {
    Cursor all = manifest();
    assertEquals(Set.of("id", "type", "title", "tagline", "description", "author", "tags", "nsfw",
        "icon", "mods", "requirements", "image", "external_url", "version", "changelog"),
        new HashSet<>(all.members().keySet()));
    assertEquals("listing", all.at("type").string());
    assertTrue(all.at("id").string().matches("[a-z0-9_-]{1,64}\\.[a-z0-9_-]{1,64}"));
    assertTrue(all.at("id").string().startsWith(all.at("author").string() + "."));
    assertTrue(all.at("external_url").string().startsWith("https://"));
    assertFalse(all.at("nsfw").bool());
    length(all.at("title"), 200);
    length(all.at("tagline"), 200);
    length(all.at("description"), 5_000);
    length(all.at("changelog"), 2_000);
    for (String name : List.of("title", "tagline", "description", "changelog")) {
      String text = all.at(name).string();
      assertFalse(text.matches("(?s).*(://|www\\.|\\w\\.(com|org|net|io)\\b|]\\().*"),
          name + " holds a link");
    }
    List<String> tags = all.at("tags").array().stream().map(Cursor::string).toList();
    assertTrue(tags.size() >= 8 && tags.size() <= 12 && new HashSet<>(tags).size() == tags.size());
    assertTrue(tags.stream().allMatch(tag -> tag.matches("[a-z0-9 ]{1,50}")), tags.toString());
    for (Cursor each : all.at("requirements").array()) length(each, 200);
  }

  @Test
  void its_version_is_the_program_s() throws Exception {
    assertTrue(Tree.text(Path.of("src", "build", "Build.java"))
        .contains("VERSION = \"" + manifest().at("version").string() + "\";"));
  }

  @Test
  void the_picture_is_what_its_name_says() throws Exception {
    String name = manifest().at("image").string();
    assertTrue(name.matches("[A-Za-z0-9_-]{1,64}\\.png"));
    byte[] bytes = Files.readAllBytes(FOLDER.resolve(name));
    assertTrue(bytes.length < 5 << 20, bytes.length + " bytes");
    ByteBuffer png = ByteBuffer.wrap(bytes);
    assertEquals(0x89504E470D0A1A0AL, png.getLong(0));
    assertEquals(1024, png.getInt(16), "width");
    assertEquals(1024, png.getInt(20), "height");
    assertFalse(new String(bytes, ISO_8859_1).contains("acTL"),
        "a still picture");
  }

  private static void length(Cursor text, int most) {
    int length = text.string().length();
    assertTrue(length > 0 && length <= most, text.path() + " has " + length + " letters");
  }
}
