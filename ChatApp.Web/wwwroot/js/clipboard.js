// Copying. A browser lets a page write to the clipboard within a click, and some have forgotten the click after a round trip:
// where the server has the text, the click opens the write and the text follows.
let opened = null;

export function openCopy(button) {
  let give;
  const text = new Promise(resolve => { give = resolve; });
  let written;
  try {
    written = navigator.clipboard.write([new ClipboardItem({ 'text/plain': text })]);
    written.catch(() => {});
  } catch {
    // Without the interface (a page that came over plain HTTP has none), or without promises in it.
  }
  opened = { button, give, written };
}

// Whether it worked.
export async function copyText(text) {
  const { button, give, written } = opened ?? {};
  opened = null;
  give?.(new Blob([text], { type: 'text/plain' }));
  if (!written || !await written.then(() => true, () => false))
    return copy(text, button);
  flash(button);
  return true;
}

export async function copy(text, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copySelected(text);
  }
  if (done && button)
    flash(button);
  return done;
}

// The old way, which plain HTTP leaves.
function copySelected(text) {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.cssText = 'position: fixed; opacity: 0';
  // Outside an open dialog nothing can be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  before?.focus();
  return done;
}

function flash(button) {
  button.classList.add('done');
  setTimeout(() => button.classList.remove('done'), 1500);
}
