// What the circuit calls.
export { copyText } from './clipboard.js';
export { focusOn } from './fields.js';
export { setCookie, zone } from './settings.js';
export { closeDialog, openDialog } from './dialogs.js';

export function connect(element, bridge) {
  element?.connectBridge?.(bridge);
}
