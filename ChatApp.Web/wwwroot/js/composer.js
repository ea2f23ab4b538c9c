// The composer's text lives here, in the browser: typing, its height and its draft need no server. What is sent stays part
// of the draft until the server has stored it, however often it was refused: a reload brings it back.
import { Attachments, startDropping } from './attachments.js';
import { isDown } from './connection.js';
import { wellFormed } from './text.js';

const drafts = 'chatapp.draft.';
const draftKey = conversation => drafts + conversation;
const filesKey = conversation => `${drafts}files.${conversation}`;
const instructionsKey = 'chatapp.instructions';

export const composer = () => document.querySelector('chat-composer');

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
  #unstored = [];
  #sent = 0;
  #connected = null;
  #attachments = new Attachments(this, () => this.#attached());

  connectedCallback() {
    this.#connected = new AbortController();
    const { signal } = this.#connected;
    addEventListener('pagehide', () => this.#saveDraft(), { signal });
    document.addEventListener('chatapp:down', () => this.#giveBack(), { signal });
    document.addEventListener('chatapp:up', () => this.#awaitTaken(), { signal });
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
      this.#keep(before, '', []);
      this.#saveDraft();
    } else {
      this.#sendWhenReady = false;
      this.#saveDraft(before);
      this.#unstored = [];
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
    this.#awaitTaken();
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

  async send() {
    const text = wellFormed(this.input.value);
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
    const message = { key: `${++this.#sent}-${Date.now()}`, text, items: this.#attachments.take(), conversation: this.conversation, taken: false };
    this.#unstored.push(message);
    this.input.value = '';
    this.#resized();
    try {
      await this.#bridge.invokeMethodAsync('Send', message.key, text, localStorage.getItem(instructionsKey), message.items.map(item => item.file));
      message.taken = true;
      // Given back meanwhile, and yet it did arrive.
      if (message.back && message.conversation === this.conversation) {
        this.#unstored.push(message);
        if (this.input.value === text)
          this.input.value = '';
        this.#attachments.forget(message.items);
        this.#resized();
      }
      if (!this.#unstored.includes(message))
        return;
      document.querySelector('chat-scroller')?.toLatest();
      this.#awaitStored(message);
    } catch {
      this.#giveBack();
    }
  }

  // An answer to an earlier asking may have been lost with its connection.
  #awaitTaken() {
    for (const message of this.#unstored.filter(message => message.taken))
      this.#awaitStored(message);
  }

  async #awaitStored(message) {
    try {
      await this.#bridge.invokeMethodAsync('StoredAsync', message.key);
    } catch {
      // The page has gone to another conversation, or lost its server: kept.
      return;
    }
    if (!this.#unstored.includes(message))
      return;
    this.#unstored = this.#unstored.filter(other => other !== message);
    this.#attachments.forget(message.items);
    this.#saveDraft();
  }

  // What the server has not even heard of is the person's again. A call over a connection that breaks neither ends nor fails.
  #giveBack() {
    const back = this.#unstored.filter(message => !message.taken);
    if (back.length === 0)
      return;
    for (const message of back)
      message.back = true;
    this.#unstored = this.#unstored.filter(message => message.taken);
    this.input.value = [...back.map(message => message.text), this.input.value].filter(Boolean).join('\n\n');
    this.#attachments.restore(back.flatMap(message => message.items));
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
      this.#saveSoon();
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
    if (event.target !== this.input)
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
    this.#saveSoon();
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
    this.#attachments.replace(JSON.parse(localStorage.getItem(filesKey(this.conversation)) ?? '[]'));
    clearTimeout(this.#saveTimer);
    this.#resized();
  }

  #saveSoon() {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#saveDraft(), 300);
  }

  #saveDraft(conversation = this.conversation) {
    clearTimeout(this.#saveTimer);
    // Of a temporary chat nothing is kept, here neither.
    if (!this.input || conversation === 'temporary')
      return;
    this.#keep(
      conversation,
      [...this.#unstored.map(message => message.text), this.input.value].filter(Boolean).join('\n\n'),
      [...this.#unstored.flatMap(message => message.items.map(item => item.file)), ...this.#attachments.files]);
  }

  #keep(conversation, text, files) {
    const put = (key, value) => value ? localStorage.setItem(key, value) : localStorage.removeItem(key);
    put(draftKey(conversation), text);
    put(filesKey(conversation), files.length ? JSON.stringify(files) : '');
  }
}

customElements.define('chat-composer', ChatComposer);
startDropping(composer);
