/// The player's settings, from the command line, the environment and the settings file, as
/// records: [skyproxy.settings.Settings] is checked and immutable, so nobody behind it checks
/// again.
///
/// A mistake in a setting ends the start with one sentence that names the option, the variable
/// or the file's member and says what it takes ([skyproxy.settings.SettingsException] carries it
/// and the exit status). Guessing what was meant would leave a player with a proxy that does
/// something else than the file says.
///
/// The file is the player's: members that we do not know, their order and their numbers stay as
/// they are when one member is written, a file that is not JSON is never written at all, and it
/// is readable by its owner only, for there are keys in it. What changes while the proxy runs
/// goes through [skyproxy.settings.LiveSettings], which checks first and writes then.
///
/// Which provider a setting concerns, and what is done with it, is told in `skyproxy.Wiring`.
package skyproxy.settings;
