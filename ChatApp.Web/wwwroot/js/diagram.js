// Diagrams: drawn by Mermaid in its strict mode when it was built in, else shown as their source.
let mermaid;
let count = 0;

async function load() {
  if (mermaid !== undefined)
    return mermaid;
  try {
    mermaid = (await import('/lib/mermaid/mermaid.esm.min.mjs')).default;
    const dark = getComputedStyle(document.documentElement).colorScheme.startsWith('dark');
    mermaid.initialize({
      startOnLoad: false, securityLevel: 'strict', htmlLabels: false, flowchart: { htmlLabels: false },
      theme: dark ? 'dark' : 'neutral', suppressErrorRendering: true, maxTextSize: 20000,
    });
  } catch {
    mermaid = null;
  }
  return mermaid;
}

class ChatDiagram extends HTMLElement {
  static observedAttributes = ['source'];

  connectedCallback() { this.#draw(); }

  attributeChangedCallback() {
    if (this.isConnected)
      this.#draw();
  }

  #source(source) {
    const pre = document.createElement('pre');
    pre.textContent = source;
    this.replaceChildren(pre);
  }

  async #draw() {
    const source = this.getAttribute('source') ?? '';
    this.#source(source);
    const library = await load();
    if (!library || !this.isConnected || source !== this.getAttribute('source'))
      return;
    try {
      const { svg } = await library.render(`diagram-${count++}`, source);
      // An image runs no script, whatever the picture holds.
      const image = document.createElement('img');
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
      image.alt = source;
      this.replaceChildren(image);
    } catch {
      this.#source(source);
    }
  }
}

customElements.define('chat-diagram', ChatDiagram);
