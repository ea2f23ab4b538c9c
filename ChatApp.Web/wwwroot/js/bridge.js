// What the circuit calls.
import { composer } from './composer.js';
export { setCookie } from './settings.js';
export { closeDialog, openDialog } from './actions.js';

export function connect(element, bridge) {
  element?.connectBridge?.(bridge);
}

export function copyText(text) {
  return navigator.clipboard.writeText(text);
}

export function focusComposer() {
  composer()?.focusInput();
}

export function focusOn(selector) {
  const element = document.querySelector(selector);
  if (!element)
    return;
  element.focus();
  if (element.value !== undefined && element.setSelectionRange)
    element.setSelectionRange(element.value.length, element.value.length);
}

export function scrollToLatest() {
  document.querySelector('chat-scroller')?.toLatest();
}
