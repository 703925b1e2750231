// Orders the rows of a table by the column whose header was clicked on. Numbers begin with the
// highest, words with the first; what is empty stays last.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sort]');
  if (!button) return;
  const header = button.closest('th');
  const table = header.closest('table');
  const text = (row) => row.cells[header.cellIndex].textContent.trim();
  const number = (row) => parseFloat(text(row).replaceAll(',', ''));
  const rows = [...table.tBodies[0].rows];
  const filled = rows.filter((row) => text(row));
  const numeric = filled.every((row) => !Number.isNaN(number(row)));
  const before = header.getAttribute('aria-sort');
  const upwards = before ? before === 'descending' : !numeric;
  const ordered = filled.sort((a, b) => {
    const difference = numeric ? number(a) - number(b) : text(a).localeCompare(text(b));
    return upwards ? difference : -difference;
  });
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', upwards ? 'ascending' : 'descending');
  table.tBodies[0].append(...ordered, ...rows.filter((row) => !text(row)));
});
