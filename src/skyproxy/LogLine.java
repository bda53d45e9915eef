package skyproxy;

import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import skyproxy.chat.Secrets;

/// Masks the credentials in each line of the log, stack traces included, however a handler writes
/// it.
final class LogLine extends Formatter {
  private final Formatter written;

  LogLine(Formatter written) {
    this.written = written;
  }

  /// For all handlers there are; to be called once, before the first line.
  static void everywhere() {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      if (handler.getFormatter() != null) handler.setFormatter(new LogLine(handler.getFormatter()));
    }
  }

  @Override
  public String format(LogRecord line) {
    return Secrets.masked(written.format(line));
  }

  @Override
  public String getHead(Handler handler) {
    return written.getHead(handler);
  }

  @Override
  public String getTail(Handler handler) {
    return written.getTail(handler);
  }
}
