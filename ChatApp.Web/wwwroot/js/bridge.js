// What the circuit calls.
export { copyText } from './clipboard.js';
export { setCookie, zone } from './settings.js';
export { closeDialog, openDialog } from './dialogs.js';

export function connect(element, bridge) {
  element?.connectBridge?.(bridge);
}

export function focusOn(selector) {
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
}
