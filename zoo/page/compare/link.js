// Keeps the address bar at the comparison on screen, and copies it.
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

watch('value', () => {
  if (element.querySelector('.copy')) history.replaceState(history.state, '', address());
});

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
