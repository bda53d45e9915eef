/// Scenes: requests of the game that a player keeps, to hear several models play the same one.
///
/// [skyproxy.scenes.Scene] is one of them, and knows what of a request may be kept at all;
/// [skyproxy.scenes.Scenes] is the file they lie in; [skyproxy.scenes.Form] tells whether an answer
/// has the form that the game's parser for that job needs. The page plays scenes itself, through
/// the endpoint that the game uses too, and keeps and judges by [skyproxy.scenes.ScenesApi];
/// [skyproxy.scenes.SceneRun] does the same in a terminal.
///
/// A scene may be made by somebody else: it is data, read with the limits of any request.
package skyproxy.scenes;
