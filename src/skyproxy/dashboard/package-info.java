/// The page at `/`: where a player sets the proxy up, tries it, and sees who is slow and why.
///
/// One HTML file with its style and scripts beside it: no framework, no build, nothing from
/// elsewhere. `dashboard.js` reads `/stats` again and again and hands it to a script for each
/// section (`setup`, `providers`, `trial`, `arrange`, `live`, `speed`), which use `core.js` alone.
/// They post to `/config/…`, and `trial` asks `/v1/chat/completions` as a game would; there is
/// nothing that the page can do and another program could not. Its Content-Security-Policy lets it
/// load and call nothing but this proxy, and forbids it to turn text into HTML at all: names of
/// models and messages of upstreams are other people's words.
///
/// [skyproxy.dashboard.Dashboard] sends the files, [skyproxy.dashboard.DashboardApi] is what they
/// talk to, [skyproxy.dashboard.Doctor] plays the game's part to find out what works. Who is let
/// in, and what an error looks like, is the server's business.
package skyproxy.dashboard;
