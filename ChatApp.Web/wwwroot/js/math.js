// Formulas: typeset by KaTeX when it was built in, else shown as their source.
import { here } from './base.js';

let katex;

async function load() {
  if (katex !== undefined)
    return katex;
  try {
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = here('lib/katex/katex.min.css');
    const module = await import('../lib/katex/katex.mjs');
    document.head.append(style);
    katex = module.default;
  } catch {
    katex = null;
  }
  return katex;
}

// KaTeX writes some styles as attributes, which the page's policy refuses; through the object model the same is allowed.
function styledByObjects(draw) {
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    if (name === 'style')
      this.style.cssText = value;
    else
      setAttribute.call(this, name, value);
  };
  try {
    draw();
  } finally {
    Element.prototype.setAttribute = setAttribute;
  }
}

class ChatMath extends HTMLElement {
  static observedAttributes = ['tex'];

  connectedCallback() { this.#draw(); }

  attributeChangedCallback(name, before) {
    // What it has from the start is drawn when it is connected.
    if (before !== null && this.isConnected)
      this.#draw();
  }

  async #draw() {
    const tex = this.getAttribute('tex') ?? '';
    if (!this.textContent)
      this.textContent = tex;
    const library = await load();
    if (!library || !this.isConnected || tex !== this.getAttribute('tex')) {
      this.classList.add('plain');
      return;
    }
    try {
      styledByObjects(() => library.render(tex, this, {
        displayMode: this.getAttribute('display') === 'block', throwOnError: true, trust: false, maxSize: 20, maxExpand: 500,
      }));
      this.classList.remove('plain');
    } catch {
      this.textContent = tex;
      this.classList.add('plain');
    }
  }
}

customElements.define('chat-math', ChatMath);
