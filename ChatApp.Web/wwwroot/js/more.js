// A list goes on when its end comes into sight; the button inside does the same by hand.
class ChatMore extends HTMLElement {
  #observer = null;

  connectedCallback() {
    this.#observer = new IntersectionObserver(entries => {
      if (!entries.some(entry => entry.isIntersecting))
        return;
      this.querySelector('button')?.click();
      // Still in sight when what came was short: looked at once more.
      this.#observer.unobserve(this);
      setTimeout(() => this.#observer?.observe(this), 400);
    });
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    this.#observer = null;
  }
}

customElements.define('chat-more', ChatMore);
