// Both maps, the legend and the selection; `element`, `props`, `trigger` and `watch` come from gradio.
const UNKNOWN = 65535, FIRST = 24; // items told of a selection
const board = element.querySelector('.maps');
const find = (query) => board.querySelector(query);
const uint16 = (text) => new Uint16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const state = {of: {}, mode: null, codes: null, chosen: null, rows: [], hovered: -1, picked: -1};

// A row is told with the catalogue that it is of: in another it is another item.
const telling = (side) => ({
  mode: () => state.mode,
  hover: (row) => { state.hovered = row; mark(); },
  pick: (row) => { state.picked = row; mark(); send('click', {row, catalog: props[side].catalog}); },
  take: (rows) => choose(rows, props[side].catalog),
  clear: () => choose([]),
  label: (row) => (state.codes ? nameOf(state.codes[row]) : ''),
});
const plots = [...board.querySelectorAll('.map-figure')].map((figure) => new Plot(figure, telling(figure.dataset.side)));
element.plots = plots; // where a point lies on the screen is asked for from outside
const touch = window.matchMedia('(pointer: coarse)').matches;
setMode(touch ? null : 'move');

function send(name, told) {
  trigger(name, {told: {...told, at: Date.now()}});
}
function nameOf(code) {
  return code === UNKNOWN ? _('unknown') : props.classes.names[code];
}
function mark() {
  for (const plot of plots) plot.mark(state.hovered, state.picked);
}

// --- what is dragged ---
function setMode(mode) {
  state.mode = mode;
  if (mode) board.dataset.mode = mode; else delete board.dataset.mode;
  for (const button of board.querySelectorAll('[data-mode]'))
    if (button !== board) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
  const hints = {
    move: touch ? _('One finger moves the map; press Move again to scroll the page.')
      : _('Drag moves the map, Ctrl and the wheel or a double click zoom, Shift and drag selects, a click shows the item.'),
    box: _('Drag a box around items in either map; they light up in both.'),
    lasso: _('Draw around items in either map; they light up in both.'),
  };
  find('.map-hint').textContent = hints[mode]
    || _('Tap a point to see its item, pinch to zoom. Dragging scrolls the page until a mode is on.');
}
const does = {
  closer: () => plots.forEach((plot) => plot.closer(1.6)),
  farther: () => plots.forEach((plot) => plot.closer(1 / 1.6)),
  fit: () => plots.forEach((plot) => plot.fit()),
  clear: () => choose([]),
};
find('.map-tools').addEventListener('click', (event) => {
  const {mode, do: what} = event.target.dataset;
  if (mode) setMode(state.mode === mode ? null : mode);
  if (what) does[what]();
});

// --- what is selected ---
function choose(rows, catalog) {
  state.rows = rows;
  state.chosen = rows.length ? new Uint8Array(items()) : null;
  for (const row of rows) state.chosen[row] = 1;
  recolour();
  say();
  send('select', {rows: Array.from(rows.slice(0, FIRST)), count: rows.length, catalog});
}
function say() {
  const line = find('.map-said');
  if (!state.rows.length || !state.codes) { line.textContent = ''; return; }
  const counts = new Map();
  for (const row of state.rows) counts.set(state.codes[row], (counts.get(state.codes[row]) || 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const first = sorted.slice(0, 8).map(([code, n]) => `${n.toLocaleString('en')} ${nameOf(code)}`);
  const rest = sorted.length > 8 ? _(', and {n} more', {n: sorted.length - 8}) : '';
  line.textContent = _('{n} selected: {classes}',
    {n: state.rows.length.toLocaleString('en'), classes: first.join(', ') + rest});
}
function forget(what, catalog) {
  if (state.of[what] === catalog) return;
  state.of[what] = catalog;
  Object.assign(state, {hovered: -1, picked: -1});
  if (state.rows.length) choose([]);
}
function items() {
  return state.codes ? state.codes.length : 0;
}

// --- how points look ---
const bytes = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
function recolour() {
  if (!state.codes) return plots.forEach((plot) => plot.paint(null, null));
  const {colours, other} = props.classes, grey = bytes(other);
  const table = colours.map(bytes), levels = new Uint8Array(items());
  const looks = new Uint8Array(4 * items());
  const plain = colours.map((colour) => colour === other);
  for (let row = 0; row < items(); row++) {
    const code = state.codes[row], dull = code === UNKNOWN || plain[code];
    const dimmed = state.chosen && !state.chosen[row];
    looks.set(code === UNKNOWN ? grey : table[code], 4 * row);
    looks[4 * row + 3] = dimmed ? 45 : dull ? 150 : 255;
    levels[row] = state.chosen && !dimmed ? LIFTED : dull || dimmed ? 0 : 1;
  }
  plots.forEach((plot) => plot.paint(looks, levels));
}

// --- the legend: a class of its own colour each, then the others together ---
function legend() {
  const place = find('.map-legend');
  place.replaceChildren();
  if (!props.classes) return;
  const {names, colours, counts, other, unknown} = props.classes;
  const add = (name, colour, count, wanted) => {
    const button = document.createElement('button'), dot = document.createElement('i');
    const number = document.createElement('small');
    button.type = 'button';
    dot.style.background = colour;
    number.textContent = count.toLocaleString('en');
    button.append(dot, name, number);
    button.addEventListener('click', () => choose(rowsOf(wanted), props.classes.catalog));
    place.append(button);
  };
  names.forEach((name, code) => {
    if (colours[code] !== other) add(name, colours[code], counts[code], (c) => c === code);
  });
  const rest = names.map((_, code) => code).filter((code) => colours[code] === other);
  const total = rest.reduce((sum, code) => sum + counts[code], 0);
  const isRest = (c) => c !== UNKNOWN && colours[c] === other;
  if (rest.length) add(rest.length === 1 ? names[rest[0]] : _('{n} other classes', {n: rest.length}), other, total, isRest);
  if (unknown) add(_('unknown'), other, unknown, (c) => c === UNKNOWN);
}
function rowsOf(wanted) {
  const rows = [];
  state.codes.forEach((code, row) => { if (wanted(code)) rows.push(row); });
  return rows;
}

// --- what comes from the server ---
function takeMap(plot, facts) {
  const [title, note] = plot.figure.querySelectorAll('figcaption > *');
  title.textContent = facts ? facts.title : '';
  note.textContent = (facts && facts.note) || '';
  plot.take(facts && facts.places ? uint16(facts.places) : null);
  plot.missing.hidden = !facts || Boolean(facts.places);
  plot.missing.replaceChildren();
  plot.top.setAttribute('aria-label', facts ? _('Map of {n} items by {backbone}.', {n: facts.items.toLocaleString('en'), backbone: facts.title})
    + ' ' + _('Arrows move it, plus and minus zoom, 0 shows all. The classes below select; what is selected is listed under the map.') : _('No map'));
  if (!facts || facts.places) return;
  const said = document.createElement('span'), button = document.createElement('button');
  said.textContent = _('There is no map of {backbone} yet. Making one takes a minute or two for each backbone.', {backbone: facts.title});
  Object.assign(button, {type: 'button', className: 'map-make', textContent: _('Make the map')});
  button.addEventListener('click', () => trigger('submit', {}));
  plot.missing.append(said, button);
}
function takeMaps() {
  takeMap(plots[0], props.left);
  takeMap(plots[1], props.right);
  forget('maps', props.left?.catalog);
  mark();
  recolour();
}
function takeClasses() {
  state.codes = props.classes ? uint16(props.classes.codes) : null;
  forget('classes', props.classes?.catalog);
  legend();
  recolour();
  say();
}
watch(['left', 'right'], takeMaps);
watch('classes', takeClasses);

// The maps are sent when they are first looked at.
const eye = new ResizeObserver(() => {
  if (!board.clientWidth) return;
  eye.disconnect();
  trigger('focus', {});
});
eye.observe(board);
