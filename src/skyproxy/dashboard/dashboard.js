// Starts the page and keeps it up to date: once a second while something happens, every two
// seconds else, never while nobody looks.

import { $, Refused, call, onKeyWanted, put, toggle } from './core.js';
import * as arrange from './arrange.js';
import * as chooser from './chooser.js';
import * as first from './first.js';
import * as live from './live.js';
import * as money from './money.js';
import * as providers from './providers.js';
import * as scenes from './scenes.js';
import * as servers from './servers.js';
import * as settings from './settings.js';
import * as setup from './setup.js';
import * as speed from './speed.js';
import * as system from './system.js';
import * as trial from './trial.js';
import * as troubles from './troubles.js';

const BUSY = 1000;
const CALM = 2000;
const WHOLE_EVERY = 30000;

let last = -1;
let run = '';
let wholeAt = 0;
let timer = 0;
let polling = false;
let again = false;

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (polling) {
    again = true;
    return;
  }
  polling = true;
  let wait = CALM;
  try {
    do {
      again = false;
      const whole = Date.now() - wholeAt > WHOLE_EVERY;
      const stats = await (await call('/stats?after=' + (whole ? last + '&whole' : last))).json();
      if (whole) wholeAt = Date.now();
      show(stats);
      if (stats.running || stats.recent.length) wait = BUSY;
    } while (again);
    toggle($('lost'), false);
  } catch (e) {
    put($('lost'), e.message);
    toggle($('lost'), true);
    put($('state'), 'No contact').className = 'pill bad';
    if (!(e instanceof Refused)) throw e;
  } finally {
    polling = false;
    clearTimeout(timer);
    timer = setTimeout(poll, wait);
  }
}

// After something was changed: everything anew, at once.
function refresh() {
  wholeAt = 0;
  poll();
}

function show(stats) {
  const { settings: set } = stats;
  const began = stats.started + stats.counting_since;
  if (run !== began) {
    live.reset();
    if (run && last >= 0) {
      run = began;
      last = -1;
      wholeAt = 0;
      again = true;
      return;
    }
    run = began;
  }
  last = stats.last_id;
  live.show(stats);
  if (stats.today) speed.show(stats);
  speed.glance(stats, live.recent());
  first.show(stats);
  troubles.show(stats, live.recent());
  money.show(stats);
  setup.show(stats);
  providers.show(stats, refresh);
  servers.show(stats);
  settings.show(stats);
  chooser.show(stats);
  arrange.show(stats);
  scenes.show(stats);
  showState(stats.providers);
  put($('file-problem'), set.file_problem
    && set.file_problem + ' Until then the settings stay as they were.');
  toggle($('file-problem'), set.file_problem);
  put($('about'), 'SkyrimNet Proxy ' + set.version + ', counting since '
    + new Date(stats.counting_since).toLocaleDateString() + '. Settings: ' + set.file
    + '. Log: ' + set.log);
}

function showState(all) {
  const real = all.filter((p) => p.name !== 'demo');
  const ready = real.filter((p) => p.state === 'ready').length;
  const [colour, words] = ready
    ? ['good', ready === 1 ? '1 provider ready' : ready + ' providers ready']
    : real.some((p) => p.state === 'warming') ? ['fair', 'Starting…']
    : real.some((p) => p.state === 'asleep') ? ['fair', 'Ready when asked']
    : ['slow', 'Needs set-up'];
  put($('state'), words);
  $('state').className = 'pill ' + colour;
}

// The proxy wants its api_key: asked once, whoever wanted something.
let asking = null;
onKeyWanted(() => {
  asking ??= new Promise((resolve) => {
    put($('key-note'), sessionStorage.getItem('api_key')
      ? 'That is not the key. It is in the settings file.' : '');
    $('key-dialog').showModal();
    $('key-form').onsubmit = () => {
      sessionStorage.setItem('api_key', $('key-input').value.trim());
      $('key-input').value = '';
      asking = null;
      resolve();
    };
  });
  return asking;
});
$('key-dialog').addEventListener('cancel', (event) => event.preventDefault());

$('stop').addEventListener('click', async () => {
  if (!confirm('Stop the proxy? NPCs fall silent until it is started again.')) return;
  try {
    put($('lost'), (await (await call('/config/stop', {})).json()).message);
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', poll);
    put($('state'), 'Stopped').className = 'pill bad';
  } catch (e) {
    put($('lost'), e.message);
  }
  toggle($('lost'), true);
});
first.start();
setup.start();
providers.start(refresh);
servers.start(refresh);
settings.start(refresh);
chooser.start(refresh);
arrange.start(refresh);
live.start(refresh);
speed.start(refresh);
system.start();
trial.start();
scenes.start(refresh);

document.addEventListener('visibilitychange', poll);
poll();
