export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) {
    dialog.showModal();
    dialog.dispatchEvent(new Event('opened', { bubbles: true }));
  }
}

export function closeDialog(id) {
  document.getElementById(id)?.close();
}
