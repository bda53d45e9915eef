// Quick test of one or several models at once, and the check-up.

import { $, Refused, call, h, lines, pace, post, put, seconds, toggle } from './core.js';

const MOST = 5; // a browser opens six connections to one server, and the page needs one itself
const SIGNS = { works: ['✓', 'good'], partly: ['!', 'fair'], fails: ['✕', 'bad'] };

let running = null;

export function start() {
  const add = (id) => {
    const box = $('trial-models');
    const first = !box.children.length;
    const row = h('div', { class: 'row' },
      h('label', { class: 'grow' }, first ? 'Model' : 'and',
        h('input', { list: 'models', value: id, required: true })),
      !first && h('button', { type: 'button', class: 'quiet icon',
        'aria-label': 'Remove this model', onclick: () => {
          row.remove();
          toggle($('trial-add'), true);
        } }, '×'));
    box.append(row);
    toggle($('trial-add'), box.children.length < MOST);
    return row.querySelector('input');
  };
  add('demo');
  $('trial-add').addEventListener('click', () => add('').focus());
  $('trial-stop').addEventListener('click', () => running?.abort());
  $('trial-form').addEventListener('submit', (event) => {
    event.preventDefault();
    askAll(event.target);
  });
  $('doctor-form').addEventListener('submit', (event) => {
    event.preventDefault();
    checkUp(event.target);
  });
}

async function askAll(form) {
  running = new AbortController();
  toggle($('trial-stop'), true);
  $('trial-go').disabled = true;
  const asked = [...$('trial-models').querySelectorAll('input')].map((input) => input.value.trim());
  const answers = asked.map((model) => answerBox(model));
  $('answers').replaceChildren(...answers.map((answer) => answer.root));
  const messages = [{ role: 'user', content: form.elements.user.value }];
  const system = form.elements.system.value;
  if (system.trim()) messages.unshift({ role: 'system', content: system });
  await Promise.all(answers.map((answer, i) =>
    ask(asked[i], { messages, max_tokens: 400 }, answer, running.signal)));
  toggle($('trial-stop'), false);
  $('trial-go').disabled = false;
}

export function answerBox(model, named = model) {
  const answer = { named, said: h('p', { class: 'said', 'aria-busy': 'true' }),
    first: h('dd', {}, '…'), total: h('dd', {}, '…'), tokens: h('dd', {}, '…'),
    model: h('h3', {}, named) };
  const fact = (name, value) => h('div', {}, h('dt', {}, name), value);
  answer.root = h('article', { class: 'answer', 'aria-label': 'Answer of ' + named },
    answer.model, answer.said, h('dl', {}, fact('First word', answer.first),
      fact('Total', answer.total), fact('Tokens', answer.tokens)));
  return answer;
}

// Streams an answer into its box. What is given back has `failure` where there is no whole one.
export async function ask(model, request, answer, signal) {
  const started = performance.now();
  const since = () => performance.now() - started;
  let first = null;
  let usage = null;
  let failure = null;
  const text = document.createTextNode('');
  answer.said.append(text);
  try {
    const response = await call('/v1/chat/completions', { ...request, model, stream: true,
      stream_options: { include_usage: true } }, signal);
    for await (const line of lines(response)) {
      if (!line.startsWith('data: {')) continue;
      const chunk = JSON.parse(line.slice(6));
      if (chunk.error) throw new Refused(200, chunk.error.message);
      if (answer.named === model && chunk.model && chunk.model !== model) {
        put(answer.model, model + ': ' + chunk.model);
      }
      usage = chunk.usage ?? usage;
      const delta = chunk.choices?.[0]?.delta?.content;
      if (!delta) continue;
      if (first === null) {
        first = since();
        put(answer.first, seconds(first)).className = pace(first);
      }
      text.appendData(delta);
    }
    put(answer.total, seconds(since()));
  } catch (e) {
    put(answer.total, '–');
    failure = e.name === 'AbortError' ? 'Stopped.' : e.message;
    answer.said.append(h('span', { class: 'bad' }, (text.data ? ' ' : '') + failure));
  }
  if (first === null) put(answer.first, '–');
  put(answer.tokens, usage ? usage.prompt_tokens + ' → ' + usage.completion_tokens : '–');
  answer.said.setAttribute('aria-busy', 'false');
  return { model, text: text.data, failure, first_word_ms: first && Math.round(first),
    total_ms: Math.round(since()), prompt_tokens: usage?.prompt_tokens ?? 0,
    completion_tokens: usage?.completion_tokens ?? 0 };
}

// ---- check-up ----

async function checkUp(form) {
  const note = form.querySelector('.note');
  const button = form.querySelector('button');
  const model = form.elements.model.value.trim();
  button.disabled = true;
  $('findings').replaceChildren();
  note.className = 'note';
  try {
    const { checks } = await post('/config/doctor', { model });
    const results = [];
    for (const { check, title } of checks) {
      put(note, 'Checking: ' + title + '…');
      const found = await post('/config/doctor', { model, check });
      results.push(found.result);
      const [sign, colour] = SIGNS[found.result];
      $('findings').append(h('li', { 'data-result': found.result },
        h('span', { class: 'sign ' + colour, 'aria-label': found.result }, sign), h('b', {}, title),
        h('p', { class: 'small muted' }, found.words),
        found.advice && h('p', { class: 'small' }, found.advice)));
    }
    const bad = results.filter((r) => r !== 'works').length;
    const good = results.length - bad;
    put(note, bad ? `${good} of ${results.length} work with ${model}. See below what to change.`
      : `All ${good} work with ${model}.`).className = 'note ' + (bad ? 'slow' : 'good');
  } catch (e) {
    put(note, e.message).className = 'note bad';
  } finally {
    button.disabled = false;
  }
}
