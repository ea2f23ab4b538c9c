// Keys that belong to an input method composing a word reach nothing of ours, whatever would hear them. WebKit ends the
// composition before the key that confirms or ends it.
export function startKeys() {
  addEventListener('keydown', event => {
    if (event.isComposing || event.keyCode === 229)
      event.stopImmediatePropagation();
  }, true);
}
