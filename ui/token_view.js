const visible = (text) => text.replace(/\n/g, '\u21b5\n').replace(/\t/g, '\u2192\t')
  .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (c) => c === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + c.charCodeAt(0)))
  .replace(/[\u0080-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]/g,
    (c) => '\u27e8' + c.charCodeAt(0).toString(16).toUpperCase() + '\u27e9')
  .replace(/[\u{e0000}-\u{e01ef}]/gu, (c) => '\u27e8' + c.codePointAt(0).toString(16).toUpperCase() + '\u27e9');

const child = (parent, name) => {
  let found = parent.querySelector('.' + name);
  if (!found) { found = document.createElement('div'); found.className = name; parent.appendChild(found); }
  return found;
};

const piece = (name, text) => {
  const made = document.createElement('span');
  made.className = name;
  made.textContent = text;
  return made;
};

// One step of the arrow keys from the focused token to its neighbour.
const moveFocus = (event, neighbour) => {
  const next = neighbour({ ArrowRight: 1, ArrowLeft: -1 }[event.key] || 0);
  if (!next || next === event.target) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
};

// A few tokens, each with a shade and a note of its own.
function drawShaded({ data, parentElement, setTriggerValue }) {
  const view = child(parentElement, 'view');
  view.replaceChildren();
  view.setAttribute('role', 'group');
  view.setAttribute('aria-label', data.name);
  if (data.context) view.appendChild(piece('context', visible(data.context)));
  const buttons = data.tokens.map((token, index) => {
    const button = document.createElement(data.clickable ? 'button' : 'span');
    button.className = data.clickable ? 'token' : 'token plain';
    button.textContent = visible(token.text) || '\u2205';
    button.title = token.note;
    button.dir = 'auto';
    button.style.background = `rgba(213, 94, 0, ${(0.55 * token.shade).toFixed(3)})`;
    button.style.borderBottomWidth = `${(3 * token.shade).toFixed(1)}px`;
    if (data.clickable) {
      button.setAttribute('aria-label', `${token.text} ${token.note}`);
      button.setAttribute('aria-pressed', String(index === data.selected));
      button.tabIndex = index === Math.max(data.selected, 0) ? 0 : -1;
      button.onclick = () => setTriggerValue('chosen', index);
      button.onkeydown = (event) => moveFocus(event, (step) => buttons[index + step]);
    }
    view.appendChild(button);
    return button;
  });
  let legend = parentElement.querySelector('.legend');
  if (legend) legend.remove();
  if (data.legend) {
    legend = child(parentElement, 'legend');
    legend.append(piece('low', data.legend[0]), piece('ramp', ''), piece('high', data.legend[1]));
  }
}

// Thousands of tokens: columns of data, one listener for all, plain text nodes.
const TINTS = 6;
const KIND_CLASS = { s: ' special', u: ' unknown', p: ' part', d: ' part', n: ' new' };
const bytesOf = (text) => [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));

function runNote(data, index) {
  const { words, texts, ids, starts, lengths, kinds } = data;
  const kind = words[kinds[index]];
  const bytes = kinds[index] === 'p' ? texts[index] : bytesOf(texts[index]).slice(0, 24).join(' ');
  const last = starts[index] + lengths[index] - 1;
  const place = last > starts[index] ? `${starts[index]}\u2013${last}` : `${starts[index]}`;
  return [`#${data.first + index + 1}`].concat(ids.length ? [`${words.id} ${ids[index]}`] : [])
    .concat(kinds[index] === 'd' ? [] : [`${words.bytes} ${bytes}`])
    .concat(starts.length ? [`${words.characters} ${place}`] : [], kind ? [kind] : []).join(' \u00b7 ');
}

// Tokens lie in blocks, and the browser lays out only the blocks in sight; a block ends with a line where it can.
const BLOCK = 300;
const LONGEST_BLOCK = 600;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

function fillRun(view, data) {
  const { words, ids } = data;
  const fragment = document.createDocumentFragment();
  let block = null;
  data.texts.forEach((text, index) => {
    if (!block) { block = document.createElement('div'); block.className = 'block'; fragment.append(block); }
    const kind = data.kinds[index];
    const token = document.createElement('span');
    token.className = `cell tint${(data.first + index) % TINTS}${KIND_CLASS[kind] || ''}`;
    token.textContent = kind === 'p' ? text.replaceAll(' ', '\u00a0')
      : visible(text).replaceAll(' ', '\u00b7').replaceAll('\n', '') || '\u2205';
    if (RIGHT_TO_LEFT.test(text)) token.dir = 'auto';
    token.tabIndex = -1;
    if (data.clickable) token.setAttribute('role', 'button');
    token.setAttribute('aria-label', ids.length ? `${text} ${words.id} ${ids[index]}` : text);
    if (data.gaps[index] === '1' && index) block.append(' ');
    else if (/^[\s\u0120\u2581]/.test(text)) block.append('\u200b');  // a line may break before a space, drawn as a mark
    token.index = index;
    block.append(token);
    const lineEnds = text.includes('\n');
    if (lineEnds) block.append('\n');  // the line ends behind the token's frame, not inside it
    const count = block.childElementCount;
    if ((lineEnds && count >= BLOCK) || count >= LONGEST_BLOCK) block = null;
  });
  view.replaceChildren(fragment);
}

function markRun(view, data) {
  const cells = view.querySelectorAll('.cell');
  const before = cells[view.marked];
  if (before) { before.removeAttribute('aria-pressed'); before.tabIndex = -1; }
  view.marked = data.selected;
  const now = cells[data.selected];
  if (now) now.setAttribute('aria-pressed', 'true');
  (now || cells[0] || {}).tabIndex = 0;
}

function drawRun({ data, parentElement, setTriggerValue }) {
  const view = child(parentElement, 'view');
  const note = child(parentElement, 'note');
  view.classList.add('run');
  view.classList.toggle('still', !data.clickable);
  view.setAttribute('role', 'group');
  view.setAttribute('aria-label', data.name);
  if (view.signature !== data.signature) {
    view.signature = data.signature;
    fillRun(view, data);
  }
  markRun(view, data);
  const at = (event) => event.target.closest('.cell');
  const explain = (token) => {
    note.textContent = token ? runNote(data, token.index) : '';
    if (!token) return;
    const place = token.getClientRects()[0];
    note.style.left = `${Math.max(4, Math.min(place.left, window.innerWidth - note.offsetWidth - 4))}px`;
    note.style.top = `${place.bottom + 5}px`;
  };
  view.onmouseover = (event) => explain(at(event));
  view.onmouseleave = () => explain(null);
  view.onfocusin = (event) => explain(at(event));
  view.onfocusout = () => explain(null);
  view.onclick = (event) => { const token = at(event); if (token && data.clickable) setTriggerValue('chosen', token.index); };
  view.onkeydown = (event) => {
    const token = at(event);
    if (!token) return;
    if (data.clickable && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); setTriggerValue('chosen', token.index); return; }
    const cells = view.querySelectorAll('.cell');
    moveFocus(event, (step) => cells[token.index + step]);
  };
}

export default function (component) {
  if (component.data.texts) drawRun(component); else drawShaded(component);
}
