// Coming in and leaving changes a cookie that only an answer of the server can carry.
import { here } from './base.js';
import { forgetDrafts } from './composer.js';
import { forgetInstructions } from './settings.js';

const post = (action, body) => fetch(here(`session/${action}`), {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}),
});

const leaving = ['sign-out', 'delete'];

async function submit(form) {
  const alert = form.querySelector('[role=alert]');
  const button = form.querySelector('[type=submit]');
  alert.textContent = '';
  button.disabled = true;
  try {
    const fields = Object.fromEntries(new FormData(form));
    for (const box of form.querySelectorAll('input[type=checkbox]'))
      fields[box.name] = box.checked;
    const response = await post(form.dataset.session, fields);
    if (response.ok) {
      // Whoever comes next is somebody else.
      if (leaving.includes(form.dataset.session)) {
        forgetDrafts();
        forgetInstructions();
      }
      location.assign(here(form.dataset.next ?? ''));
      return;
    }
    const problem = await response.json().catch(() => null);
    alert.textContent = problem?.detail ?? `${response.status}`;
  } catch (error) {
    alert.textContent = error.message;
  }
  button.disabled = false;
}

export function startAccount() {
  document.addEventListener('submit', event => {
    if (event.target.dataset.session) {
      event.preventDefault();
      submit(event.target);
    }
  });
  if (!document.documentElement.dataset.session)
    return;
  // Keeps the cookie as fresh as the session that the server holds.
  setInterval(async () => {
    try {
      const response = await post('keep');
      if (response.status === 205)
        location.reload();
    } catch {
      // Away; the next one tells.
    }
  }, 120_000);
}
