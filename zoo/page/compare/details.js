// The panel of details: a popover, so that Escape and a click beside it close it.
const panel = element.closest('#details');
panel.popover = 'auto';
panel.setAttribute('role', 'dialog');
panel.setAttribute('aria-label', _('Details'));
const open = () => {
  const asked = element.querySelector('[data-asked]');
  if (!asked || asked.dataset.asked === panel.dataset.shown) return;
  panel.dataset.shown = asked.dataset.asked;
  document.querySelectorAll('.details.asked').forEach((button) => button.classList.remove('asked'));
  if (!panel.matches(':popover-open')) panel.showPopover();
  panel.scrollTop = 0;
  element.querySelector('.close').focus();
};
new MutationObserver(open).observe(element, {childList: true, subtree: true, attributes: true});
element.addEventListener('click', (event) => {
  if (event.target.closest('.close')) panel.hidePopover();
});
