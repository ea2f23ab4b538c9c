// Diagrams: drawn by Mermaid in a frame of its own when it was built in, else shown as their source.
import { here } from './base.js';
import { openDialog } from './dialogs.js';

let frame;

// The frame is there from the first diagram on.
function ready() {
  frame ??= new Promise((resolve, reject) => {
    const element = document.createElement('iframe');
    const listen = event => {
      if (event.source !== element.contentWindow || event.origin !== location.origin || event.data !== 'diagram-ready')
        return;
      removeEventListener('message', listen);
      resolve(element.contentWindow);
    };
    addEventListener('message', listen);
    element.addEventListener('error', reject);
    element.className = 'diagram-frame';
    element.src = here('diagram');
    element.title = 'Diagrams';
    element.tabIndex = -1;
    element.setAttribute('aria-hidden', 'true');
    document.documentElement.append(element);
  });
  return frame;
}

async function draw(source) {
  const target = await ready();
  const dark = getComputedStyle(document.documentElement).colorScheme.startsWith('dark');
  return new Promise(resolve => {
    const channel = new MessageChannel();
    channel.port1.onmessage = event => resolve(event.data.svg);
    target.postMessage({ source, dark }, location.origin, [channel.port2]);
  });
}

class ChatDiagram extends HTMLElement {
  static observedAttributes = ['source'];
  #drawing = 0;
  #asSource = false;
  #image = null;

  connectedCallback() { this.render(); }

  attributeChangedCallback(name, before) {
    // What it has from the start is drawn when it is connected.
    if (before !== null && this.isConnected)
      this.render();
  }

  get image() { return this.#image; }

  // Shows the picture or what it was drawn from.
  get asSource() { return this.#asSource; }

  set asSource(value) {
    this.#asSource = value;
    this.#show();
  }

  async render() {
    const source = this.getAttribute('source') ?? '';
    // A picture of the same source stays until it is there in other colours.
    if (this.#image?.alt !== source) {
      this.#image = null;
      this.#show();
    }

    delete this.dataset.drawn;
    const drawing = ++this.#drawing;
    const svg = await draw(source);
    if (!this.isConnected || drawing !== this.#drawing)
      return;
    this.dataset.drawn = svg ? 'picture' : 'source';
    if (!svg)
      return;
    // An image runs no script, whatever the picture holds.
    const image = document.createElement('img');
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    image.alt = source;
    this.#image = image;
    this.#show();
  }

  #show() {
    if (this.#image && !this.#asSource) {
      this.replaceChildren(this.#image);
      return;
    }
    const pre = document.createElement('pre');
    pre.textContent = this.getAttribute('source') ?? '';
    this.replaceChildren(pre);
  }
}

customElements.define('chat-diagram', ChatDiagram);

export function toggleDiagramSource(button) {
  const diagram = button.closest('.diagram-block').querySelector('chat-diagram');
  diagram.asSource = !diagram.asSource;
  button.setAttribute('aria-pressed', diagram.asSource);
}

export function enlargeDiagram(button) {
  const image = button.closest('.diagram-block').querySelector('chat-diagram').image;
  if (!image)
    return;
  document.querySelector('#diagram .dialog-body').replaceChildren(image.cloneNode());
  openDialog('diagram');
}

// A picture has its colours inside.
function recolour() {
  for (const diagram of document.querySelectorAll('chat-diagram'))
    diagram.render();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ['data-theme'] });
