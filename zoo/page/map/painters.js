// Two ways to draw the same points. `places` x, y pairs of uint16, `looks` r, g, b, a bytes a point,
// `levels` a byte a point (higher ones lie on top and are larger from LIFTED on).
const LIFTED = 3;

const VERTEX = `
attribute vec2 place; attribute vec4 look; attribute float level;
uniform vec4 view; uniform float size;
varying vec4 shade;
void main() {
  gl_Position = vec4(place * view.xy + view.zw, 0.8 - level * 0.2, 1.0);
  gl_PointSize = level >= ${LIFTED}.0 ? size * 1.5 : size;
  shade = look;
}`;
// A rim of middle grey keeps black and white points visible on any ground.
const FRAGMENT = `
precision mediump float;
varying vec4 shade; uniform float rim;
void main() {
  float radius = length(gl_PointCoord - 0.5);
  if (radius > 0.5) discard;
  vec3 colour = mix(shade.rgb, vec3(0.5), rim * smoothstep(0.34, 0.42, radius));
  gl_FragColor = vec4(colour * shade.a, shade.a);
}`;

class GlPainter {
  static on(canvas) {
    const gl = canvas.getContext('webgl', {antialias: false, depth: true});
    return gl ? new GlPainter(canvas, gl) : null;
  }
  constructor(canvas, gl) {
    Object.assign(this, {canvas, gl, count: 0, name: 'webgl'});
    const program = (this.program = gl.createProgram());
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.attribute('place', 2, gl.UNSIGNED_SHORT, true);
    this.attribute('look', 4, gl.UNSIGNED_BYTE, true);
    this.attribute('level', 1, gl.UNSIGNED_BYTE, false);
  }
  attribute(name, size, type, shares) {
    const gl = this.gl, at = gl.getAttribLocation(this.program, name);
    this[name] = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this[name]);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, type, shares, 0, 0);
  }
  fill(name, values) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this[name]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, values, this.gl.DYNAMIC_DRAW);
  }
  take(places, looks, levels) {
    this.count = places.length / 2;
    this.fill('place', places);
    this.fill('look', looks);
    this.fill('level', levels);
  }
  // The square of places is `k` pixels a side, its corner at `x`, `y`; `size` of a point in pixels.
  draw(k, x, y, size) {
    const gl = this.gl, {width, height} = this.canvas;
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const at = (name) => gl.getUniformLocation(this.program, name);
    const view = [2 * k / width, -2 * k / height, 2 * x / width - 1, 1 - 2 * y / height];
    gl.uniform4f(at('view'), ...view);
    gl.uniform1f(at('size'), size);
    gl.uniform1f(at('rim'), size > 5 ? 0.7 : 0.35);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }
}

class FlatPainter {
  constructor(canvas) {
    Object.assign(this, {canvas, count: 0, name: '2d', groups: []});
  }
  take(places, looks, levels) {
    const groups = new Map();
    this.places = places;
    this.count = places.length / 2;
    for (let row = 0; row < this.count; row++) {
      const [r, g, b, a] = looks.subarray(4 * row, 4 * row + 4);
      const key = ((levels[row] << 24) | (r << 16) | (g << 8) | b) >>> 0;
      const style = `rgba(${r},${g},${b},${a / 255})`;
      if (!groups.has(key)) groups.set(key, {level: levels[row], style, rows: []});
      groups.get(key).rows.push(row);
    }
    this.groups = [...groups.values()].sort((a, b) => a.level - b.level);
  }
  draw(k, x, y, size) {
    const pen = this.canvas.getContext('2d');
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const {level, style, rows} of this.groups) {
      const side = level >= LIFTED ? size * 1.5 : size;
      pen.fillStyle = style;
      for (const row of rows) {
        const left = x + (this.places[2 * row] / 65535) * k - side / 2;
        const top = y + (this.places[2 * row + 1] / 65535) * k - side / 2;
        pen.fillRect(left, top, side, side);
      }
    }
  }
}

// A canvas that once gave a 2-D pen gives no WebGL and the other way round: asked for once.
function painterOn(canvas) {
  return GlPainter.on(canvas) || new FlatPainter(canvas);
}
