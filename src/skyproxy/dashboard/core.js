// What every part of the page uses: elements, figures in words, calls to the proxy.
// Values reach the page as text nodes and attributes only; nothing here parses HTML.

export const $ = (id) => document.getElementById(id);

// h('p', { class: 'muted', onclick: f }, 'text', child): an element. Falsy children are left out.
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((c) => c || c === 0));
  return node;
}

// Sets a text only where it changed, so that screen readers and selections are left in peace.
export function put(node, text) {
  const now = String(text ?? '');
  if (node.textContent !== now) node.textContent = now;
  return node;
}

const drawn = new WeakMap();

// Gives an element new children only where what they show (the key) has changed: what a player has
// opened, typed or selected in there is left in peace.
export function once(node, key, draw) {
  const now = JSON.stringify(key);
  if (drawn.get(node) === now) return;
  drawn.set(node, now);
  node.replaceChildren(...draw());
}

export function toggle(node, shown) {
  if (node.hidden === !!shown) node.hidden = !shown;
}

// The game's own scale for the first word.
export function pace(ms) {
  if (ms === null || ms === undefined) return 'none';
  return ms < 2000 ? 'good' : ms < 4000 ? 'fair' : ms < 8000 ? 'slow' : 'bad';
}

export const PACES = { good: 'fast', fair: 'fine', slow: 'slow', bad: 'too slow', none: 'unknown' };

export function seconds(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 995) return Math.round(ms) + ' ms';
  return (ms / 1000).toFixed(ms < 9950 ? 2 : 1) + ' s';
}

export function count(n) {
  if (n === null || n === undefined) return '–';
  if (n < 10000) return n.toLocaleString('en');
  return n < 1e6 ? (n / 1000).toFixed(n < 1e5 ? 1 : 0) + ' k' : (n / 1e6).toFixed(1) + ' M';
}

export function dollars(n) {
  if (n === null || n === undefined) return '–';
  return '$' + n.toFixed(n > 0 && n < 0.01 ? 4 : 2);
}

// What something has cost, of figures that know it.
export function spent({ cost_usd: usd, cost_estimated: estimated }) {
  return usd === null || usd === undefined ? null : (estimated ? 'about ' : '') + dollars(usd);
}

// The same for an hour of play, of which some seconds say nothing yet.
export function hourly({ usd_per_hour: usd }, played) {
  return played < 300 || usd === null ? null : dollars(usd) + ' an hour';
}

export function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour12: false });
}

export function ago(iso, now = Date.now()) {
  const s = Math.max(0, Math.round((now - new Date(iso)) / 1000));
  if (s < 60) return s + ' s ago';
  if (s < 5400) return Math.round(s / 60) + ' min ago';
  return s < 129600 ? Math.round(s / 3600) + ' h ago' : Math.round(s / 86400) + ' days ago';
}

export function until(iso) {
  const min = Math.round((new Date(iso) - Date.now()) / 60000);
  if (!(min > 0)) return 'now';
  if (min < 60) return 'in ' + min + ' min';
  return 'in ' + (min < 2880 ? Math.round(min / 60) + ' h' : Math.round(min / 1440) + ' days');
}

// ---- calls ----

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

let askForKey = async () => { throw new Refused(401, 'This proxy wants its api_key.'); };
export function onKeyWanted(ask) { askForKey = ask; }

function headers(body) {
  const all = { 'X-Title': 'SkyrimNet Proxy' }; // not the game
  const key = sessionStorage.getItem('api_key');
  if (key) all.Authorization = 'Bearer ' + key;
  if (body !== undefined) all['Content-Type'] = 'application/json';
  return all;
}

// A response with a good status. Where the proxy wants its key the player is asked for it and the
// call is made again.
export async function call(path, body, signal) {
  for (;;) {
    let response;
    try {
      response = await fetch(path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: headers(body),
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: 'no-store', redirect: 'error', signal,
      });
    } catch (e) {
      if (e.name === 'AbortError') throw e;
      throw new Refused(0, 'The proxy does not answer. Is its window still open?');
    }
    if (response.ok) return response;
    const { message, code } = await reason(response);
    if (response.status !== 401 || code !== 'invalid_api_key') {
      throw new Refused(response.status, message);
    }
    await askForKey();
  }
}

async function reason(response) {
  let error = null;
  try {
    ({ error } = await response.json());
  } catch {
    // Not an error of the proxy's own: its status has to do.
  }
  return { message: error?.message ?? 'Status ' + response.status, code: error?.code };
}

export const get = async (path) => (await call(path)).json();
export const post = async (path, body) => (await call(path, body)).json();

// The texts of the lines of a response, as they arrive.
export async function* lines(response) {
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let rest = '';
  for (let piece; !(piece = await reader.read()).done;) {
    const parts = (rest + decoder.decode(piece.value, { stream: true })).split('\n');
    rest = parts.pop();
    yield* parts;
  }
  if (rest) yield rest;
}

// ---- small things ----

export function copyButton(what, text) {
  const button = h('button', { type: 'button', class: 'quiet copy', 'aria-label': 'Copy ' + what },
    'Copy');
  let timer;
  button.addEventListener('click', async () => {
    put(button, await copy(typeof text === 'function' ? text() : text) ? 'Copied' : 'Select it');
    say(button.textContent === 'Copied' ? what + ' copied' : 'Could not copy');
    clearTimeout(timer);
    timer = setTimeout(() => put(button, 'Copy'), 1600);
  });
  return button;
}

// Browsers keep the clipboard from pages that come from another machine without TLS.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h('textarea', { value: text, class: 'off-screen' });
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

// Tells screen readers what has happened.
export function say(text) {
  put($('said'), text);
}

// Runs what a button or form does: locked meanwhile, and its outcome in words beside it.
export async function act(form, work) {
  const note = form.querySelector('.note');
  const buttons = [...form.querySelectorAll('button')].filter((b) => !b.disabled);
  buttons.forEach((b) => { b.disabled = true; });
  note.className = 'note muted';
  put(note, 'One moment…');
  try {
    put(note, await work() || 'Done.');
    note.className = 'note good';
  } catch (e) {
    put(note, e.message);
    note.className = 'note bad';
  } finally {
    buttons.forEach((b) => { b.disabled = false; });
  }
}
