package skyproxy.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A language model that says one fixed text, as a file for `llama-server`.
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
///
/// Its one layer adds nothing, so the next token depends on the last one alone: the text's first
/// token follows any token that is not in the text, each token of the text is followed by the
/// next one, and the last by the end. Therefore no word may occur twice. What stands between two
/// double bars (U+2016) is one token, blanks and all, such as the mark `<|channel|>`.
public final class Gguf {
  private static final int WIDTH = 128;
  /// Of its one head and its hidden layer, small since they do nothing but take time.
  private static final int HEAD = 32;
  private static final int CONTEXT = 32768;
  private static final int ALIGNMENT = 32;
  /// The unknown token and the end, then each byte.
  private static final int END = 1;
  private static final int FIRST_BYTE = 2;
  private static final int FIRST_WORD = FIRST_BYTE + 256;
  private static final Pattern WORD = Pattern.compile("\u2016([^\u2016]*)\u2016| ?[^ \u2016]+| +");

  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final List<String> words = new ArrayList<>();
  private final List<Tensor> tensors = new ArrayList<>();
  private final boolean endless;
  private final List<String> others;
  private int members;

  private record Tensor(String name, int rows, int columns, float[] values) {}

  private Gguf(String text, boolean endless, List<String> others) {
    this.endless = endless;
    this.others = others;
    Matcher word = WORD.matcher(text);
    while (word.find()) words.add(word.group(1) != null ? word.group(1) : word.group());
    Set<String> different = new HashSet<>(words);
    if (different.size() < words.size() || words.size() >= WIDTH) {
      throw new IllegalArgumentException("a word occurs twice, or there are too many: " + text);
    }
  }

  /// A model that says this text once.
  public static Path saying(String text, Path file) {
    return new Gguf(text, false, List.of()).write(file);
  }

  /// A model that says this text again and again, until it may say no more.
  public static Path endlessly(String text, Path file) {
    return new Gguf(text, true, List.of()).write(file);
  }

  /// A model that takes a moment to load, for it knows that many more words, which it never says.
  public static Path slowlyLoading(String text, int unusedWords, Path file) {
    return new Gguf(text, false, IntStream.range(0, unusedWords)
        .mapToObj(number -> "unused" + number).toList()).write(file);
  }

  /// A model that hears each of these phrases as one token, as real ones hear words.
  public static Path knowing(Collection<String> phrases, String text, Path file) {
    return new Gguf(text, false, List.copyOf(phrases)).write(file);
  }

  /// What such a text is when it is said.
  public static String spoken(String text) {
    return text.replace("\u2016", "");
  }

  private Path write(Path file) {
    try {
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] bytes() throws IOException {
    Out metadata = metadata();
    layer();
    Out head = new Out();
    head.bytes("GGUF".getBytes(UTF_8));
    head.int32(3);
    head.int64(tensors.size());
    head.int64(members);
    head.bytes(metadata.toByteArray());
    long offset = 0;
    for (Tensor each : tensors) {
      boolean vector = each.rows() == 1;
      head.text(each.name());
      head.int32(vector ? 1 : 2);
      head.int64(each.columns());
      if (!vector) head.int64(each.rows());
      head.int32(0); // 32-bit floats
      head.int64(offset);
      offset += 4L * each.values().length; // a multiple of the alignment: all are 32 wide or wider
    }
    while (head.size() % ALIGNMENT != 0) head.write(0);
    for (Tensor each : tensors) head.floats(each.values());
    return head.toByteArray();
  }

  private int tokens() {
    return FIRST_WORD + words.size() + others.size();
  }

  private Out metadata() throws IOException {
    Out out = new Out();
    member(out, "general.architecture", "llama");
    member(out, "general.name", "talk");
    member(out, "llama.context_length", CONTEXT);
    member(out, "llama.embedding_length", WIDTH);
    member(out, "llama.block_count", 1);
    member(out, "llama.feed_forward_length", HEAD);
    member(out, "llama.attention.head_count", 1);
    member(out, "llama.attention.head_count_kv", 1);
    member(out, "llama.attention.key_length", HEAD);
    member(out, "llama.attention.value_length", HEAD);
    member(out, "llama.rope.dimension_count", HEAD);
    member(out, "llama.vocab_size", tokens());
    key(out, "llama.attention.layer_norm_rms_epsilon", FLOAT32);
    out.floats(new float[] {1e-6f});
    member(out, "tokenizer.ggml.model", "llama");
    vocabulary(out);
    member(out, "tokenizer.ggml.unknown_token_id", 0);
    member(out, "tokenizer.ggml.bos_token_id", END);
    member(out, "tokenizer.ggml.eos_token_id", END);
    for (String no : List.of("add_bos_token", "add_eos_token", "add_space_prefix")) {
      key(out, "tokenizer.ggml." + no, BOOL);
      out.write(0);
    }
    return out;
  }

  /// Types are 2 for what is unknown, 3 for a mark that is not said, 6 for a byte, 1 for a word
  /// and 4 for one that is looked for before a text is cut.
  private void vocabulary(Out out) throws IOException {
    Out types = new Out();
    array(out, "tokenizer.ggml.tokens", STRING);
    out.text("<unk>");
    types.int32(2);
    out.text("</s>");
    types.int32(3);
    for (int i = 0; i < 256; i++) {
      out.text(String.format("<0x%02X>", i));
      types.int32(6);
    }
    for (String word : words) {
      boolean mark = word.matches("[<\\[].*");
      out.text(mark ? word : word.replace(' ', '\u2581'));
      types.int32(mark ? 4 : 1);
    }
    for (String other : others) {
      out.text(other);
      types.int32(4);
    }
    array(out, "tokenizer.ggml.scores", FLOAT32);
    out.floats(new float[tokens()]);
    array(out, "tokenizer.ggml.token_type", INT32);
    out.bytes(types.toByteArray());
  }

  /// The first dimension stands for all tokens that are not in the text, each further one for a
  /// word.
  private void layer() {
    float[] in = new float[tokens() * WIDTH];
    float[] out = new float[tokens() * WIDTH];
    for (int token = 0; token < tokens(); token++) {
      int word = token - FIRST_WORD;
      in[token * WIDTH + (word >= 0 && word < words.size() ? word + 1 : 0)] = 1;
    }
    for (int word = 0; word < words.size(); word++) out[(FIRST_WORD + word) * WIDTH + word] = 4;
    out[(endless ? FIRST_WORD : END) * WIDTH + words.size()] = 4;
    add("token_embd.weight", tokens(), WIDTH, in);
    add("output.weight", tokens(), WIDTH, out);
    add("output_norm.weight", 1, WIDTH, ones());
    add("blk.0.attn_norm.weight", 1, WIDTH, ones());
    add("blk.0.ffn_norm.weight", 1, WIDTH, ones());
    for (String name : List.of("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up")) {
      add("blk.0." + name + ".weight", HEAD, WIDTH, new float[HEAD * WIDTH]);
    }
    for (String name : List.of("attn_output", "ffn_down")) {
      add("blk.0." + name + ".weight", WIDTH, HEAD, new float[HEAD * WIDTH]);
    }
  }

  private void add(String name, int rows, int columns, float[] values) {
    tensors.add(new Tensor(name, rows, columns, values));
  }

  private static float[] ones() {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1);
    return ones;
  }

  private void key(Out out, String key, int type) throws IOException {
    members++;
    out.text(key);
    out.int32(type);
  }

  private void member(Out out, String key, String value) throws IOException {
    key(out, key, STRING);
    out.text(value);
  }

  private void member(Out out, String key, int value) throws IOException {
    key(out, key, UINT32);
    out.int32(value);
  }

  private void array(Out out, String key, int type) throws IOException {
    key(out, key, ARRAY);
    out.int32(type);
    out.int64(tokens());
  }

  /// Little-endian, as the format wants it.
  private static final class Out extends ByteArrayOutputStream {
    void bytes(byte[] bytes) throws IOException {
      write(bytes);
    }

    void int32(int value) throws IOException {
      write(buffer(4).putInt(value).array());
    }

    void int64(long value) throws IOException {
      write(buffer(8).putLong(value).array());
    }

    void text(String text) throws IOException {
      byte[] bytes = text.getBytes(UTF_8);
      int64(bytes.length);
      write(bytes);
    }

    void floats(float[] values) throws IOException {
      ByteBuffer buffer = buffer(4 * values.length);
      buffer.asFloatBuffer().put(values);
      write(buffer.array());
    }

    private static ByteBuffer buffer(int size) {
      return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
