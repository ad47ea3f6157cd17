const visible = (text) => text.replace(/\n/g, '\u21b5').replace(/\t/g, '\u2192').replace(/ /g, '\u00b7')
  .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g,
    (c) => '\u27e8' + c.charCodeAt(0).toString(16).toUpperCase() + '\u27e9');

const made = (name, text, parent) => {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  parent.appendChild(element);
  return element;
};

function columnOf(rows, name, labels) {
  const column = document.createElement('span');
  column.className = name;
  rows.forEach((content, place) => {
    const row = made(`row row${place}`, '', column);
    if (labels) { made('label', content, row); return; }
    const [tokens, kinds] = content;
    tokens.forEach((token, index) => { 
      const face = kinds[index] === 'p' ? token.replaceAll(' ', '\u00a0') : visible(token) || '\u2205';
      made(`cell kind-${kinds[index]}`, face, row).dir = 'auto';
    });
    if (!tokens.length) made('cell none', '\u2205', row);
  });
  return column;
}

export default function ({ data, parentElement }) {
  let view = parentElement.querySelector('.aligned');
  if (!view) { view = document.createElement('div'); view.className = 'aligned'; parentElement.appendChild(view); }
  view.setAttribute('role', 'group');
  view.setAttribute('aria-label', data.name);
  const fragment = document.createDocumentFragment();
  fragment.append(columnOf(data.titles.map((title, place) => `${place + 1} ${title}`), 'column names', true));
  data.columns.forEach(([differs, rows]) => {
    const column = columnOf(rows, differs ? 'column differs' : 'column', false);
    const said = rows.map(([tokens], place) => `${data.titles[place]}: ${tokens.join(' | ')}`).join('; ');
    column.title = said;
    column.setAttribute('aria-label', said);
    column.setAttribute('role', 'img');
    fragment.append(column);
  });
  view.replaceChildren(fragment);
}
