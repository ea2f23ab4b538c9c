// Whether a key belongs to an input method that is composing a word. WebKit ends the composition before the Enter that confirms it.
export const composing = event => event.isComposing || event.keyCode === 229;
