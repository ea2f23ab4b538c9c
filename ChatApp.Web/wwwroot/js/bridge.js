// What the circuit calls.
export { copyText } from './clipboard.js';
export { keepDraft } from './composer.js';
export { setCookie } from './settings.js';
export { closeDialog, openDialog } from './actions.js';

export function connect(element, bridge) {
  element?.connectBridge?.(bridge);
}

export function focusOn(selector) {
  const element = document.querySelector(selector);
  if (!element)
    return;
  element.focus();
  if (element.value !== undefined && element.setSelectionRange)
    element.setSelectionRange(element.value.length, element.value.length);
}
