// Buttons whose whole effect is in the browser.
import { copy, openCopy } from './clipboard.js';
import { composer } from './composer.js';
import { enlargeDiagram, toggleDiagramSource } from './diagram.js';
import { openDialog } from './dialogs.js';
import { setCookie } from './settings.js';

const root = document.documentElement;
const narrow = matchMedia('(max-width: 800px)');

const actions = {
  'toggle-sidebar'() {
    if (narrow.matches) {
      root.toggleAttribute('data-drawer');
      if (root.hasAttribute('data-drawer'))
        document.querySelector('#sidebar .new-chat')?.focus();
    } else {
      root.dataset.sidebar = root.dataset.sidebar === 'hidden' ? 'shown' : 'hidden';
      setCookie('chatapp.sidebar', root.dataset.sidebar);
    }
  },
  'close-drawer'() { root.removeAttribute('data-drawer'); },
  'focus-composer'() { composer()?.focusInput(); },
  'close-dialog'(button) { button.closest('dialog')?.close(); },
  'jump-latest'() { document.querySelector('chat-scroller')?.toLatest(); },
  'reload'() { location.reload(); },
};

export function run(name, button) {
  actions[name]?.(button);
}

function copyCode(button) {
  const block = button.closest('.code-block');
  const code = block?.querySelector('chat-diagram')?.getAttribute('source') ?? block?.querySelector('code')?.textContent;
  if (code)
    copy(code.replace(/\n$/, ''), button);
}

export function startActions() {
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-action], [data-dialog], .code-copy, .code-button, [data-copy], .new-chat');
    if (!button) {
      // A click beside a dialog closes it.
      if (event.target instanceof HTMLDialogElement)
        event.target.close();
      return;
    }

    if (button.dataset.action)
      run(button.dataset.action, button);
    if (button.dataset.dialog)
      openDialog(button.dataset.dialog);
    if (button.classList.contains('code-copy'))
      copyCode(button);
    if (button.classList.contains('diagram-source'))
      toggleDiagramSource(button);
    if (button.classList.contains('diagram-enlarge'))
      enlargeDiagram(button);
    if ('copy' in button.dataset)
      openCopy(button);
    if (button.classList.contains('new-chat')) {
      root.removeAttribute('data-drawer');
      composer()?.focusInput();
    }
  });

  // Keys of an edited message.
  document.addEventListener('keydown', event => {
    const edit = event.target.closest?.('textarea[data-edit]');
    if (!edit)
      return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      edit.form.querySelector('[data-edit-cancel]').click();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      const save = edit.form.querySelector('[data-edit-save]');
      save.focus();
      save.click();
    }
  }, true);
}
