// Points sorted into cells, so that what is near a place, or within a shape, is found at once.
class Grid {
  // places: Uint16Array of x, y pairs; shown as shares 0..1 of the square.
  constructor(places) {
    this.places = places;
    this.count = places.length / 2;
    this.side = Math.max(1, Math.ceil(Math.sqrt(this.count / 4)));
    this.starts = new Uint32Array(this.side * this.side + 1);
    this.rows = new Uint32Array(this.count);
    const cells = new Uint32Array(this.count);
    for (let row = 0; row < this.count; row++) {
      cells[row] = this.cell(this.x(row)) + this.side * this.cell(this.y(row));
      this.starts[cells[row] + 1]++;
    }
    for (let c = 0; c < this.side * this.side; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    for (let row = 0; row < this.count; row++) this.rows[next[cells[row]]++] = row;
  }
  x(row) { return this.places[2 * row] / 65535; }
  y(row) { return this.places[2 * row + 1] / 65535; }
  cell(share) { return Math.min(this.side - 1, Math.max(0, Math.floor(share * this.side))); }
  // Calls `found(row)` for each point of the cells that a box touches.
  within(left, top, right, bottom, found) {
    const first = this.cell(left), last = this.cell(right);
    for (let line = this.cell(top); line <= this.cell(bottom); line++) {
      const start = this.starts[line * this.side + first];
      const end = this.starts[line * this.side + last + 1];
      for (let at = start; at < end; at++) found(this.rows[at]);
    }
  }
  // The row nearest to a place, no farther than `reach`; -1 for none.
  nearest(x, y, reach) {
    let best = -1, least = reach * reach;
    this.within(x - reach, y - reach, x + reach, y + reach, (row) => {
      const dx = this.x(row) - x, dy = this.y(row) - y, square = dx * dx + dy * dy;
      if (square <= least) { least = square; best = row; }
    });
    return best;
  }
  // The rows within a closed line of [x, y] corners, ascending.
  inside(corners) {
    const xs = corners.map((c) => c[0]), ys = corners.map((c) => c[1]), rows = [];
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    this.within(...box, (row) => {
      const x = this.x(row), y = this.y(row);
      let odd = false;
      for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
        const crosses = ys[i] > y !== ys[j] > y;
        if (crosses && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) odd = !odd;
      }
      if (odd) rows.push(row);
    });
    return rows.sort((a, b) => a - b);
  }
}
