// The composer's text lives here, in the browser: typing, its height and its draft need no server.
import { Attachments, startDropping } from './attachments.js';
import { isDown } from './connection.js';
import { composing } from './keys.js';

const drafts = 'chatapp.draft.';
const draftKey = conversation => drafts + conversation;
const instructionsKey = 'chatapp.instructions';

export const composer = () => document.querySelector('chat-composer');

// Adds to the draft of a conversation, whether it is still open or not.
export function keepDraft(conversation, text) {
  if (composer()?.conversation === conversation) {
    composer().append(text);
    return;
  }
  const key = draftKey(conversation);
  localStorage.setItem(key, [localStorage.getItem(key), text].filter(Boolean).join('\n\n'));
}

export function forgetDrafts() {
  for (const key of Object.keys(localStorage).filter(key => key.startsWith(drafts)))
    localStorage.removeItem(key);
}

class ChatComposer extends HTMLElement {
  static observedAttributes = ['conversation'];
  #bridge = null;
  #waiting = null;
  #saveTimer = 0;
  #started = false;
  #sendWhenReady = false;
  #sending = null;
  #connected = null;
  #attachments = new Attachments(this, () => this.#attached());

  connectedCallback() {
    this.#connected = new AbortController();
    const { signal } = this.#connected;
    addEventListener('pagehide', () => this.#saveDraft(), { signal });
    document.addEventListener('chatapp:down', () => this.#giveBack(), { signal });
    // The parser may call before the children exist.
    queueMicrotask(() => this.#start());
  }

  disconnectedCallback() {
    this.#connected.abort();
    clearTimeout(this.#saveTimer);
    this.#saveDraft();
    this.#bridge = null;
  }

  attributeChangedCallback(name, before, after) {
    if (before === null || before === after || !this.#started)
      return;
    // A conversation that has just got its id keeps what is being typed into it.
    if (before === 'new' && 'named' in this.dataset) {
      this.#sending = null;
      localStorage.removeItem(draftKey(before));
      this.#saveDraft();
    } else {
      this.#sending = null;
      this.#sendWhenReady = false;
      this.#saveDraft(before);
      this.#attachments.clear();
      this.#loadDraft();
    }
  }

  get input() { return this.querySelector('textarea'); }

  get conversation() { return this.getAttribute('conversation') ?? 'new'; }

  connectBridge(bridge) {
    this.#bridge = bridge;
    this.setAttribute('live', '');
    bridge.invokeMethodAsync('SetInstructions', localStorage.getItem(instructionsKey)).catch(() => {});
    if (this.#waiting !== null)
      this.send();
  }

  focusInput() { this.input?.focus(); }

  attach(files) {
    this.#attachments.add(files);
    this.focusInput();
  }

  setText(text) {
    this.input.value = text;
    this.#resized();
    this.#saveDraft();
    this.focusInput();
  }

  append(text) {
    this.setText([this.input.value, text].filter(Boolean).join('\n\n'));
  }

  async send() {
    const text = this.input.value;
    if (!text.trim() && this.#attachments.count === 0)
      return;
    if (this.#attachments.failed) {
      // What would not go along is not left out silently.
      this.#attachments.failed.row.querySelector('button').focus();
      return;
    }
    this.#sendWhenReady = this.#attachments.busy;
    if (this.#sendWhenReady)
      return;
    if (!this.#bridge) {
      // Typed faster than the page came alive: sent as soon as it has.
      this.#waiting = text;
      return;
    }

    // The page says that the connection is away; what is typed waits here.
    if (isDown())
      return;

    this.#waiting = null;
    const sending = this.#sending = { text, items: this.#attachments.take() };
    this.input.value = '';
    this.#resized();
    try {
      await this.#bridge.invokeMethodAsync('Send', text, localStorage.getItem(instructionsKey), sending.items.map(item => item.file));
      // Given back meanwhile, and yet it did arrive.
      if (this.#sending !== sending && this.input.value === text)
        this.input.value = '';
      this.#sending = null;
      this.#attachments.forget(sending.items);
      this.#resized();
      clearTimeout(this.#saveTimer);
      this.#saveDraft();
      document.querySelector('chat-scroller')?.toLatest();
    } catch {
      this.#giveBack();
    }
  }

  // Nothing was taken, so nothing is lost. A call over a connection that breaks neither ends nor fails.
  #giveBack() {
    const sending = this.#sending;
    if (!sending)
      return;
    this.#sending = null;
    if (!this.input.value)
      this.input.value = sending.text;
    this.#attachments.restore(sending.items);
    this.#resized();
    this.#saveDraft();
  }

  #start() {
    if (!this.input)
      return;
    if (this.#started)
      return;
    this.#started = true;
    this.addEventListener('input', () => {
      this.#resized();
      clearTimeout(this.#saveTimer);
      this.#saveTimer = setTimeout(() => this.#saveDraft(), 300);
    });
    this.addEventListener('keydown', event => this.#key(event));
    this.addEventListener('paste', event => {
      // Copied from a document, text comes with a picture of itself: then the text is meant.
      const data = event.clipboardData;
      if (!data?.files.length || data.getData('text/plain'))
        return;
      event.preventDefault();
      this.attach(data.files);
    });
    this.addEventListener('change', event => {
      if (!event.target.matches('[data-files]'))
        return;
      this.attach(event.target.files);
      event.target.value = '';
    });
    this.addEventListener('click', event => {
      if (event.target.closest('[data-send]'))
        this.send();
      else if (event.target.closest('[data-attach]'))
        this.querySelector('[data-files]').click();
      else if (!event.target.closest('button'))
        this.focusInput();
    });
    this.#loadDraft();
    if (matchMedia('(hover: hover)').matches && (document.activeElement === document.body || !document.activeElement))
      this.focusInput();
  }

  #key(event) {
    if (event.target !== this.input || composing(event))
      return;
    if (event.key === 'Enter' && !event.shiftKey && (event.ctrlKey || event.metaKey || matchMedia('(hover: hover)').matches)) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'ArrowUp' && !this.input.value) {
      const edits = document.querySelectorAll('[data-edit-message]:not(:disabled)');
      if (edits.length) {
        event.preventDefault();
        edits[edits.length - 1].click();
      }
    }
  }

  #attached() {
    if (!this.input)
      return;
    this.#resized();
    if (this.#sendWhenReady && !this.#attachments.busy) {
      this.#sendWhenReady = false;
      this.send();
    }
  }

  #resized() {
    this.toggleAttribute('filled', this.input.value.trim().length > 0 || this.#attachments.count > 0);
    if (CSS.supports('field-sizing', 'content'))
      return;
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, 220)}px`;
  }

  #loadDraft() {
    this.input.value = localStorage.getItem(draftKey(this.conversation)) ?? '';
    this.#resized();
  }

  #saveDraft(conversation = this.conversation) {
    // Of a temporary chat nothing is kept, here neither.
    if (!this.input || conversation === 'temporary')
      return;
    const text = this.input.value || this.#sending?.text;
    if (text)
      localStorage.setItem(draftKey(conversation), text);
    else
      localStorage.removeItem(draftKey(conversation));
  }
}

customElements.define('chat-composer', ChatComposer);
startDropping(composer);
