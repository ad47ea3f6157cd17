const visible = (text) => text.replace(/\n/g, '\u21b5\n').replace(/\t/g, '\u2192\t')
  .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (c) => c === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + c.charCodeAt(0)))
  .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (c) => '\u27e8' + c.charCodeAt(0).toString(16).toUpperCase() + '\u27e9');

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let view = parentElement.querySelector('.view');
  if (!view) { view = document.createElement('div'); view.className = 'view'; parentElement.appendChild(view); }
  view.replaceChildren();
  view.setAttribute('role', 'group');
  view.setAttribute('aria-label', data.name);
  if (data.context) {
    const context = document.createElement('span');
    context.className = 'context';
    context.textContent = visible(data.context);
    view.appendChild(context);
  }
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
      button.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const next = step && buttons[index + step];
        if (next) { event.preventDefault(); next.tabIndex = 0; next.focus(); }
      };
    }
    view.appendChild(button);
    return button;
  });
  let legend = parentElement.querySelector('.legend');
  if (legend) legend.remove();
  if (data.legend) {
    legend = document.createElement('div');
    legend.className = 'legend';
    const low = document.createElement('span'); low.textContent = data.legend[0];
    const ramp = document.createElement('span'); ramp.className = 'ramp';
    const high = document.createElement('span'); high.textContent = data.legend[1];
    legend.append(low, ramp, high);
    parentElement.appendChild(legend);
  }
}
