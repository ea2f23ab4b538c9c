// A field that the server brings gets what is typed between the click that asks for it and its arrival.
const patience = 10_000;
let early = null;

function collect(event) {
  if (early === null || performance.now() > early.until || event.ctrlKey || event.metaKey || event.altKey)
    return;
  if (event.key.length === 1)
    early.text += event.key;
  else if (event.key === 'Backspace')
    early.text = early.text.slice(0, -1);
  else if (event.key === 'Enter')
    early.isDone = true;
  else
    return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function startFields() {
  addEventListener('keydown', collect, true);
  addEventListener('pointerdown', () => { early = null; }, true);
  addEventListener('click', event => {
    if (event.target.closest?.('[data-brings-field]'))
      early = { text: '', isDone: false, until: performance.now() + patience };
  }, true);
}

export function focusOn(selector) {
  const { text, isDone } = early ?? {};
  early = null;
  const element = document.querySelector(selector);
  // Whoever was quicker than the server has put the caret where they want it.
  if (!element || element === document.activeElement)
    return;
  element.focus();
  // A name is replaced, a text is gone on with.
  if (element instanceof HTMLInputElement)
    element.select();
  else if (element.setSelectionRange)
    element.setSelectionRange(element.value.length, element.value.length);
  if (text)
    document.execCommand('insertText', false, text);
  if (isDone) {
    element.dispatchEvent(new Event('change', { bubbles: true }));
    element.form?.requestSubmit();
  }
}
