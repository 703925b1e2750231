// Clicks and keys of the ballot. data-vote, data-next: what a button does; data-key: its keys.
const off = () => document.querySelector('#judge-keys input')?.checked === false;
const busy = (event) => {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true;
  if (at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName)) return true;
  const arrows = event.key.startsWith('Arrow');
  if (at.tagName === 'INPUT') return !/^(radio|checkbox)$/.test(at.type) || arrows;
  // Who came by a click is still on the tab: Enter there would do nothing else.
  if (at.getAttribute('aria-selected') === 'true') return arrows;
  if (event.key === 'Enter') return at.tagName === 'BUTTON' || at.tagName === 'A';
  return arrows && Boolean(at.closest('[role=tablist]'));
};
// The button that was pressed goes with its ballot: who was on it goes on with the next one.
let followed = false;
new MutationObserver(() => {
  if (!followed || document.activeElement !== document.body) return;
  const next = element.querySelector('.vote.next') || element.querySelector('.asked');
  if (!next) return;
  followed = false;
  next.focus({preventScroll: true});
}).observe(element, {childList: true, subtree: true});
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-vote], [data-next], [data-item]');
  if (!button) return;
  followed = !button.dataset.item;
  if (button.dataset.vote) trigger('select', {vote: button.dataset.vote});
  else if (button.dataset.item) trigger('click', {item: button.dataset.item, at: Date.now()});
  else trigger('submit', {});
});
const pressed = (event) => {
  if (!element.isConnected) return document.removeEventListener('keydown', pressed);
  if (!element.offsetParent || off() || busy(event)) return undefined;
  const button = [...element.querySelectorAll('[data-key]')].find((each) =>
    each.dataset.key.split(' ').includes(event.key.toLowerCase()));
  if (!button) return undefined;
  event.preventDefault();
  return button.click();
};
document.addEventListener('keydown', pressed);
