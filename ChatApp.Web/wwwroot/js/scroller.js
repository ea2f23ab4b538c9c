// Follows the end of a conversation only while the reader is there, and tells the circuit which parts are near.
class ChatScroller extends HTMLElement {
  #bridge = null;
  #observer = null;
  #near = new Set();
  #far = new Map();
  #frame = 0;

  connectedCallback() {
    this.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#observer = new IntersectionObserver(entries => this.#changed(entries), { root: this, rootMargin: '1500px 0px' });
    for (const chunk of this.querySelectorAll('chat-chunk'))
      this.observe(chunk);
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
    this.#observer = null;
    this.#bridge = null;
    document.querySelector('.jump-latest')?.setAttribute('hidden', '');
  }

  connectBridge(bridge) {
    this.#bridge = bridge;
    this.#report();
  }

  observe(chunk) { this.#observer?.observe(chunk); }

  unobserve(chunk) { this.#observer?.unobserve(chunk); }

  toLatest() { this.scrollTop = 0; }

  // Laid out from its end: 0 is the newest message, and older ones are above it, at negative offsets.
  get atLatest() { return this.scrollTop > -80; }

  #scrolled() {
    document.querySelector('.jump-latest')?.toggleAttribute('hidden', this.atLatest);
  }

  #changed(entries) {
    for (const entry of entries) {
      const index = Number(entry.target.getAttribute('index'));
      if (entry.isIntersecting) {
        this.#near.add(index);
        this.#far.delete(index);
      } else {
        this.#near.delete(index);
        this.#far.set(index, Math.round(entry.boundingClientRect.height));
      }
    }

    if (!this.#frame)
      this.#frame = requestAnimationFrame(() => this.#report());
  }

  #report() {
    this.#frame = 0;
    if (!this.#bridge || (this.#near.size === 0 && this.#far.size === 0))
      return;
    const far = [...this.#far];
    this.#bridge.invokeMethodAsync('Seen', [...this.#near], far.map(([index]) => index), far.map(([, height]) => height)).catch(() => {});
    this.#near.clear();
    this.#far.clear();
  }
}

class ChatChunk extends HTMLElement {
  static observedAttributes = ['height'];
  #scroller = null;

  // What is not drawn keeps its height: set here, since the page's policy allows no styles in markup.
  attributeChangedCallback(name, before, after) {
    this.style.height = after === null ? '' : `${after}px`;
  }

  connectedCallback() {
    this.#scroller = this.closest('chat-scroller');
    this.#scroller?.observe?.(this);
  }

  disconnectedCallback() { this.#scroller?.unobserve?.(this); }
}

customElements.define('chat-scroller', ChatScroller);
customElements.define('chat-chunk', ChatChunk);
