// Arrange: rotations of several models, and which model does which work.

import { $, act, copyButton, h, once, post, put, toggle } from './core.js';

export function start(refresh) {
  startRotation();
  $('jobs-form').addEventListener('submit', (event) => {
    event.preventDefault();
    act(event.target, async () => {
      const jobs = {};
      for (const field of $('jobs-fields').querySelectorAll('input')) {
        if (field.value.trim()) jobs[field.name] = field.value.trim();
      }
      await post('/config/jobs', { jobs });
      refresh();
      return 'Saved.';
    });
  });
}

export function show({ settings: { jobs, job_names: names, default_model: other } }) {
  put($('default-model'), other);
  once($('jobs-fields'), [jobs, names, other], () => names.map((job) => h('label', {}, job,
    h('input', { name: job, list: 'models', placeholder: other, value: jobs[job] ?? '' }))));
}

function startRotation() {
  const rows = $('rotation-rows');
  const line = () => [...rows.children].reduce((text, row, i) => {
    const id = row.querySelector('input').value.trim();
    return !id ? text : !text || !i ? id : text + row.querySelector('select').value + id;
  }, '');
  const sync = () => {
    [...rows.children].forEach((row, i) => {
      toggle(row.querySelector('select'), i);
      row.querySelector('.up').disabled = !i;
      row.querySelector('.down').disabled = i === rows.children.length - 1;
    });
    put($('rotation-line'), line() || '–');
    put($('rotation-words'), inWords(line()));
  };
  const add = (id = '') => {
    const number = rows.children.length + 1;
    const button = (kind, sign, label, move) => h('button', { type: 'button',
      class: 'quiet icon ' + kind, 'aria-label': label, onclick: () => { move(); sync(); } }, sign);
    const row = h('li', {},
      h('select', { 'aria-label': 'How it goes with the one before', onchange: sync },
        h('option', { value: ', ' }, 'takes turns with the one before'),
        h('option', { value: ' > ' }, 'only when those before fail')),
      h('input', { list: 'models', value: id, 'aria-label': 'Model ' + number,
        placeholder: 'model', oninput: sync }),
      button('up', '↑', 'Move up', () => row.previousElementSibling?.before(row)),
      button('down', '↓', 'Move down', () => row.nextElementSibling?.after(row)),
      button('away', '×', 'Remove', () => row.remove()));
    rows.append(row);
    sync();
    return row;
  };
  $('rotation-add').addEventListener('click', () => add().querySelector('input').focus());
  $('rotation-copy').append(copyButton('rotation', line));
  add();
  add();
}

function inWords(line) {
  const groups = line.split('>').map((group) => group.split(',').map((id) => id.trim()));
  if (!line || groups.length * groups[0].length === 1) return 'Choose two models or more.';
  return groups.map((ids, i) => {
    const who = ids.length > 1 ? ids.join(' and ') + ' take turns' : ids[0];
    return i ? 'if that fails, ' + who : ids.length > 1 ? who : 'Always ' + who;
  }).join('; ') + '.';
}
