// One map: its canvases, what is seen of it, and what a pointer or a key does with it.
const REACH = 9, TOUCH_REACH = 20; // pixels around a point that count as on it
const STILL = 5; // pixels a press may move and still be a click
const CLOSEST = 400, FARTHEST = 0.7; // times the whole map

class Plot {
  // `tell` has: mode(), hover(row), pick(row), take(rows), label(row), clear()
  constructor(figure, tell) {
    this.tell = tell;
    this.figure = figure;
    this.frame = figure.querySelector('.map-frame');
    this.make('canvas', 'map-points').setAttribute('aria-hidden', 'true');
    this.top = this.make('canvas', 'map-top');
    this.tip = this.make('div', 'map-tip');
    this.tip.hidden = true;
    this.missing = this.make('div', 'map-missing');
    this.missing.hidden = true;
    this.top.tabIndex = 0;
    this.top.setAttribute('role', 'img');
    this.top.setAttribute('aria-label', _('A map that has not come yet'));
    this.painter = painterOn(this.frame.querySelector('.map-points'));
    this.frame.dataset.painter = this.painter.name;
    this.grid = null;
    this.hovered = this.picked = -1;
    this.pressed = new Map(); // pointer id -> [x, y]
    this.fit();
    new ResizeObserver(() => this.resize()).observe(this.frame);
    this.listen();
    this.onLostContext();
  }
  make(tag, name) {
    const made = document.createElement(tag);
    made.className = name;
    this.frame.append(made);
    return made;
  }
  onLostContext() {
    const canvas = this.painter.canvas;
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.painter = painterOn(canvas);
      this.recolour();
    });
  }
  take(places) {
    this.grid = places ? new Grid(places) : null;
    this.hovered = this.picked = -1;
    this.frame.dataset.points = this.grid ? this.grid.count : 0;
  }
  // How each point looks: bytes of colour and a level, as the painters take them.
  paint(looks, levels) {
    Object.assign(this, {looks, levels});
    this.recolour();
  }
  recolour() {
    const none = !this.grid || !this.looks || this.looks.length !== 4 * this.grid.count;
    const empty = [new Uint16Array(0), new Uint8Array(0), new Uint8Array(0)];
    this.painter.take(...(none ? empty : [this.grid.places, this.looks, this.levels]));
    this.redraw();
  }
  fit() {
    Object.assign(this, {zoom: 1, x: 0.5, y: 0.5}); // the share of the map in the middle
    this.redraw();
  }
  resize() {
    const dots = window.devicePixelRatio || 1;
    this.width = this.frame.clientWidth;
    this.height = this.frame.clientHeight;
    for (const canvas of this.frame.querySelectorAll('canvas')) {
      canvas.width = Math.max(1, Math.round(this.width * dots));
      canvas.height = Math.max(1, Math.round(this.height * dots));
    }
    this.draw();
  }
  get scale() { return this.zoom * Math.min(this.width, this.height); }
  screen(row) { return this.shown(this.grid.x(row), this.grid.y(row)); }
  shown(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }
  place(x, y) {
    return [(x - this.width / 2) / this.scale + this.x, (y - this.height / 2) / this.scale + this.y];
  }
  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }
  draw() {
    if (!this.width) return; // in a tab that is not shown
    const dots = this.top.width / this.width;
    const [x, y] = this.shown(0, 0);
    this.painter.draw(this.scale * dots, x * dots, y * dots, this.size() * dots);
    this.drawTop(dots);
  }
  // Pixels of a point: smaller where there are many or the map is small, larger from near.
  size() {
    const side = Math.min(this.width, this.height);
    const usual = Math.min(7, Math.max(1.6, (0.6 * side) / Math.sqrt(this.painter.count || 1)));
    return Math.min(12, usual * Math.pow(this.zoom, 0.35));
  }
  drawTop(dots) {
    const pen = this.top.getContext('2d');
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const ink = getComputedStyle(this.frame).color;
    for (const [row, width] of [[this.hovered, 2], [this.picked, 3.5]]) {
      if (row < 0 || !this.grid || row >= this.grid.count) continue;
      pen.beginPath();
      pen.arc(...this.screen(row), this.size() / 2 + 4, 0, 7);
      Object.assign(pen, {strokeStyle: ink, lineWidth: width});
      pen.stroke();
    }
    if (!this.outline) return;
    pen.beginPath();
    for (const corner of this.outline) pen.lineTo(...corner);
    pen.closePath();
    Object.assign(pen, {strokeStyle: ink, lineWidth: 1.5, fillStyle: 'rgba(120, 130, 150, .18)'});
    pen.fill();
    pen.stroke();
  }
  closer(factor, x = this.width / 2, y = this.height / 2) {
    const [px, py] = this.place(x, y);
    this.zoom = Math.min(CLOSEST, Math.max(FARTHEST, this.zoom * factor));
    const [qx, qy] = this.place(x, y);
    this.move(px - qx, py - qy);
  }
  move(dx, dy) {
    this.x = Math.min(1, Math.max(0, this.x + dx));
    this.y = Math.min(1, Math.max(0, this.y + dy));
    this.redraw();
  }
  // What is marked in this map because it is in the other one, or here.
  mark(hovered, picked) {
    Object.assign(this, {hovered, picked});
    this.redraw();
  }
  at(event) {
    const frame = this.top.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }
  near(x, y, reach) {
    return this.grid ? this.grid.nearest(...this.place(x, y), reach / this.scale) : -1;
  }
  listen() {
    const top = this.top;
    top.addEventListener('pointerdown', (event) => this.press(event));
    top.addEventListener('pointermove', (event) => this.drag(event));
    top.addEventListener('pointerup', (event) => this.release(event));
    top.addEventListener('pointercancel', (event) => this.forget(event));
    top.addEventListener('pointerleave', () => this.hover(-1));
    top.addEventListener('wheel', (event) => {
      // The page scrolls, unless the map was asked for: Ctrl, a pinch on a pad, or a mode.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.closer(Math.exp(-event.deltaY * 0.004), ...this.at(event));
    }, {passive: false});
    top.addEventListener('dblclick', (event) => this.closer(2, ...this.at(event)));
    top.addEventListener('keydown', (event) => this.key(event));
  }
  key(event) {
    const step = 0.12 / this.zoom;
    const does = {
      ArrowLeft: () => this.move(-step, 0), ArrowRight: () => this.move(step, 0),
      ArrowUp: () => this.move(0, -step), ArrowDown: () => this.move(0, step),
      '+': () => this.closer(1.4), '=': () => this.closer(1.4), '-': () => this.closer(1 / 1.4),
      0: () => this.fit(), Escape: () => this.tell.clear(),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }
  press(event) {
    if (event.button) return;
    this.pressed.set(event.pointerId, this.at(event));
    this.begun = this.pressed.size === 1 ? this.at(event) : null; // two fingers are no click
    this.doing = event.shiftKey ? 'box' : this.tell.mode();
    this.outline = null;
    if (event.pointerType === 'mouse' || this.doing) this.top.setPointerCapture(event.pointerId);
  }
  drag(event) {
    const now = this.at(event), before = this.pressed.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') this.hover(this.near(...now, REACH));
      return;
    }
    this.pressed.set(event.pointerId, now);
    if (this.pressed.size > 1) return this.pinch(event.pointerId, before, now);
    if (!this.begun || this.isStill(now)) return;
    if (this.doing === 'move') this.move((before[0] - now[0]) / this.scale, (before[1] - now[1]) / this.scale);
    if (this.doing === 'box') this.outline = box(this.begun, now);
    if (this.doing === 'lasso') (this.outline ||= [this.begun]).push(now);
    if (this.doing === 'move') this.begun = now; // no longer still
    this.moved = true;
    this.redraw();
  }
  pinch(id, before, now) {
    const [other] = [...this.pressed].filter(([key]) => key !== id).map(([, place]) => place);
    const apart = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    this.closer(apart(now) / apart(before), ...middle);
    this.begun = this.outline = null;
  }
  isStill(now) {
    return !this.moved && Math.hypot(now[0] - this.begun[0], now[1] - this.begun[1]) < STILL;
  }
  release(event) {
    const now = this.at(event), begun = this.begun, outline = this.outline;
    const clicked = begun && this.isStill(now);
    this.forget(event);
    if (clicked) {
      const row = this.near(...now, event.pointerType === 'mouse' ? REACH : TOUCH_REACH);
      if (row >= 0) this.tell.pick(row);
    } else if (outline && this.grid) {
      this.tell.take(this.grid.inside(outline.map((corner) => this.place(...corner))));
    }
  }
  forget(event) {
    this.pressed.delete(event.pointerId);
    Object.assign(this, {begun: null, outline: null, moved: false});
    this.redraw();
  }
  hover(row) {
    if (row !== this.hovered) this.tell.hover(row);
    this.tip.hidden = row < 0;
    if (row < 0) return;
    const [x, y] = this.screen(row);
    this.tip.textContent = this.tell.label(row);
    Object.assign(this.tip.style, {left: `${x}px`, top: `${Math.max(32, y)}px`});
  }
}

function box([a, b], [c, d]) {
  return [[a, b], [c, b], [c, d], [a, d]];
}
