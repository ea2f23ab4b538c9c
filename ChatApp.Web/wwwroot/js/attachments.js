// Files of the composer: taken by paste, drop or the button, sent to the server at once, each with its progress.
import { here } from './base.js';

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className)
    made.className = className;
  if (text !== undefined)
    made.textContent = text;
  return made;
};

export class Attachments {
  #host;
  #changed;
  #items = new Set();

  constructor(host, changed) {
    this.#host = host;
    this.#changed = changed;
  }

  get count() { return this.#items.size; }

  get busy() { return [...this.#items].some(item => item.state === 'uploading'); }

  get failed() { return [...this.#items].find(item => item.state === 'failed'); }

  add(files) {
    const { textTemporary, textMany, mostFiles } = this.#host.dataset;
    for (const file of files) {
      const item = this.#show(file);
      if (this.#host.conversation === 'temporary')
        this.#fail(item, textTemporary);
      else if (this.#items.size > Number(mostFiles))
        this.#fail(item, textMany);
      else
        this.#upload(item, file);
    }

    this.#changed();
  }

  // What is sent leaves the composer at once; what is added meanwhile goes with the next message.
  take() {
    const items = [...this.#items].filter(item => item.state === 'done');
    for (const item of items) {
      item.row.remove();
      this.#items.delete(item);
    }

    this.#changed();
    return items;
  }

  restore(items) {
    for (const item of items) {
      this.#host.querySelector('[data-attachments]').append(item.row);
      this.#items.add(item);
    }

    this.#changed();
  }

  forget(items) {
    for (const item of items)
      this.#remove(item);
  }

  // Those that the server has.
  get files() { return [...this.#items].filter(item => item.state === 'done').map(item => item.file); }

  replace(files) {
    for (const item of [...this.#items])
      this.#remove(item);
    for (const file of files) {
      const item = this.#show({ name: file.name, type: '' });
      item.file = file;
      this.#become(item, 'done');
    }
  }

  #show(file) {
    const item = { state: 'uploading', row: element('li', 'file-chip'), progress: element('progress'), error: element('small', 'file-error') };
    if (file.type.startsWith('image/') && file.type !== 'image/svg+xml') {
      item.preview = element('img');
      item.preview.src = URL.createObjectURL(file);
      item.preview.alt = '';
      item.row.append(item.preview);
    }

    const remove = element('button', 'file-remove', '\u00d7');
    remove.type = 'button';
    remove.setAttribute('aria-label', `${this.#host.dataset.textRemove}: ${file.name}`);
    remove.addEventListener('click', () => {
      this.#remove(item);
      this.#host.focusInput();
    });
    item.progress.max = 100;
    item.progress.setAttribute('aria-label', file.name);
    const name = element('span', 'file-name', file.name);
    name.title = file.name;
    name.dir = 'auto';
    item.row.append(name, item.progress, item.error, remove);
    item.row.dataset.state = item.state;
    this.#host.querySelector('[data-attachments]').append(item.row);
    this.#items.add(item);
    return item;
  }

  #upload(item, file) {
    const form = new FormData();
    form.append('file', file, file.name);
    const request = item.request = new XMLHttpRequest();
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable)
        item.progress.value = event.loaded * 100 / event.total;
    });
    request.addEventListener('load', () => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // Said below, by the status.
      }

      if (request.status === 201 && answer?.id) {
        item.file = { id: answer.id, name: answer.name, mediaType: answer.media_type, bytes: answer.bytes };
        this.#become(item, 'done');
      } else {
        this.#fail(item, answer?.detail ?? `${this.#host.dataset.textFailed} (${request.status})`);
      }
    });
    request.addEventListener('error', () => this.#fail(item, this.#host.dataset.textFailed));
    request.open('POST', here('upload'));
    request.send(form);
  }

  #fail(item, message) {
    item.error.textContent = message;
    item.row.title = message;
    this.#become(item, 'failed');
  }

  #become(item, state) {
    item.state = item.row.dataset.state = state;
    this.#changed();
  }

  #remove(item) {
    item.request?.abort();
    if (item.preview)
      URL.revokeObjectURL(item.preview.src);
    item.row.remove();
    this.#items.delete(item);
    this.#changed();
  }
}

const carriesFiles = event => [...event.dataTransfer?.types ?? []].includes('Files');

// A file may be dropped anywhere on the page of a chat.
export function startDropping(composer) {
  const root = document.documentElement;
  document.addEventListener('dragover', event => {
    if (!carriesFiles(event) || !composer())
      return;
    event.preventDefault();
    root.setAttribute('data-dragging', '');
  });
  document.addEventListener('dragleave', event => {
    if (!event.relatedTarget)
      root.removeAttribute('data-dragging');
  });
  document.addEventListener('drop', event => {
    root.removeAttribute('data-dragging');
    if (!carriesFiles(event) || !composer())
      return;
    event.preventDefault();
    composer().attach(event.dataTransfer.files);
  });
}
