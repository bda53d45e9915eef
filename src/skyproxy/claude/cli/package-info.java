/// Claude by the player's own CLI: its processes, and the dialogue with them.
///
/// [skyproxy.claude.cli.CliPool] keeps processes ready and gives each to one request; why none
/// serves twice is told there, with the figures. [skyproxy.claude.cli.CliReply] leads the
/// dialogue: [skyproxy.claude.cli.CliTurns] orders what a request becomes,
/// [skyproxy.claude.cli.StreamJson] writes the lines, and the events that come back are the
/// Messages API's own.
///
/// [skyproxy.claude.cli.CliSearch] finds the program, [skyproxy.claude.cli.ClaudeCli] runs it,
/// for a capture too, and [skyproxy.claude.cli.CliArguments] and
/// [skyproxy.claude.cli.CliEnvironment] keep the player's own work with it out of a prompt.
package skyproxy.claude.cli;
