import { run } from './actions.js';
import { openDialog } from './dialogs.js';

const typing = target => target.closest?.('input, textarea, select, [contenteditable]');
const click = selector => {
  const all = document.querySelectorAll(selector);
  all[all.length - 1]?.click();
};

function commandOf(event) {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (control && event.shiftKey && key === 'o')
    return () => click('[data-shortcut=new-chat]');
  if (control && !event.shiftKey && key === 'k')
    return () => {
      if (document.documentElement.dataset.sidebar === 'hidden')
        run('toggle-sidebar');
      const search = document.getElementById('sidebar-search');
      search?.focus();
      search?.select();
    };
  if (control && event.shiftKey && key === 's')
    return () => run('toggle-sidebar');
  if (control && event.shiftKey && key === 'l')
    return () => click('[data-copy-message]');
  if (control && key === ',')
    return () => openDialog('settings');
  if (control && key === '/')
    return () => openDialog('shortcuts');
  if (event.shiftKey && key === 'escape')
    return () => run('focus-composer');
  if (key === 'escape' && !document.querySelector('dialog[open], [popover]:popover-open')) {
    if (document.documentElement.hasAttribute('data-drawer'))
      return () => run('close-drawer');
    // In another field it means that field.
    if (document.querySelector('[data-shortcut=stop]') && (!typing(event.target) || event.target.id === 'composer-input'))
      return () => click('[data-shortcut=stop]');
  }
  if (event.key === '?' && !typing(event.target))
    return () => openDialog('shortcuts');
  return null;
}

export function startShortcuts() {
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.altKey)
      return;
    const command = commandOf(event);
    if (command) {
      event.preventDefault();
      command();
    }
  });
}
