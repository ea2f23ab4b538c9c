// Half a surrogate pair, as a keyboard or a cut can leave, is no text: no server takes it. It becomes the sign for what is missing.
const half = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

export const wellFormed = text => text.replace(half, '\uFFFD');

// Before anything else hears of it, whichever field it is.
export function startText() {
  const mend = event => {
    const field = event.target;
    if (event.isComposing || !(field instanceof HTMLInputElement && field.type !== 'file' || field instanceof HTMLTextAreaElement))
      return;
    const text = wellFormed(field.value);
    if (text !== field.value)
      field.value = text;
  };
  addEventListener('input', mend, true);
  addEventListener('change', mend, true);
}
