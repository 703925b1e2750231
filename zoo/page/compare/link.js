// Keeps the address bar at the comparison on screen, brings back those before it, and copies it.
// `names`, the parts of an address that are ours, is put before this.

function address() {
  const button = element.querySelector('.copy');
  // What is not ours in the address (a theme, say) stays.
  const rest = new URLSearchParams(location.search);
  names.forEach((name) => rest.delete(name));
  const query = [rest.toString(), button ? button.dataset.query : ''].filter(Boolean).join('&');
  return location.origin + location.pathname + (query ? '?' + query : '') + location.hash;
}

async function copied(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  // Over plain HTTP, as within a local network, only the old way works.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

const gone = new Set();  // addresses gone back or forward to, their comparisons on their way
const bring = () => trigger('select', {query: location.search.slice(1)});
// An address of uploads is not brought back, and others like it may come.
const hasItems = () => new URLSearchParams(location.search).has('items');

// Another query is another step of the history; another setting of the same one is none.
function keep(now) {
  const [before, after] = [location.href, now].map((at) => new URL(at).searchParams.get('items'));
  const step = before !== null && before !== after;
  history[step ? 'pushState' : 'replaceState'](history.state, '', now);
}

watch('value', () => {
  if (!element.querySelector('.copy')) return;
  const now = address();
  if (now === location.href) gone.clear();
  // The browser has gone on meanwhile, or two steps at once came to something of both: once more.
  else if (gone.delete(now) || gone.delete(location.href)) {
    if (hasItems()) bring();
    else gone.clear();
  } else keep(now);
});

window.onpopstate = () => {
  if (hasItems()) gone.add(location.href);
  bring();
};

element.addEventListener('click', async (event) => {
  const button = event.target.closest('.copy');
  if (!button) return;
  const said = element.querySelector('.copied');
  const done = await copied(address()).catch(() => false);
  if (!done) said.textContent = _('Your browser does not let this page copy: take the address bar');
  else if ('uploads' in button.dataset) {
    said.textContent = _('Copied the settings: uploaded pictures cannot be in a link');
  } else said.textContent = _('Copied');
});
