// Comes back by itself: first to the same circuit, and when that is gone, to the same page.
import { here } from './base.js';

const modal = () => document.getElementById('components-reconnect-modal');
let reloading = false;

// Whether the page says that the server cannot be reached.
export const isDown = () => Boolean(modal()?.dataset.state);

function up() {
  show('');
  document.dispatchEvent(new Event('chatapp:up'));
}

function show(state) {
  const element = modal();
  if (element)
    element.dataset.state = navigator.onLine ? state : state === '' ? 'offline' : 'offline-lost';
}

async function reloadWhenServed() {
  if (reloading)
    return;
  reloading = true;
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      const response = await fetch(here('alive'), { cache: 'no-store' });
      if (response.ok) {
        location.reload();
        return;
      }
    } catch {
      // Still away.
    }
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}

export function startConnection() {
  const handler = {
    onConnectionDown: async () => {
      show('lost');
      document.dispatchEvent(new Event('chatapp:down'));
      for (let attempt = 0; ; attempt++) {
        await new Promise(resolve => {
          const timer = setTimeout(resolve, Math.min(250 * 2 ** attempt, 5000));
          addEventListener('online', () => { clearTimeout(timer); resolve(); }, { once: true });
        });
        try {
          if (await Blazor.reconnect()) {
            up();
            return;
          }
          // The server is there, and the circuit is not: the page starts again from the conversation.
          await reloadWhenServed();
          return;
        } catch {
          // The server is away.
        }
      }
    },
    onConnectionUp: up,
  };
  addEventListener('online', () => show(modal()?.dataset.state?.includes('lost') ? 'lost' : ''));
  addEventListener('offline', () => show(modal()?.dataset.state ?? ''));
  Blazor.start({ circuit: { reconnectionHandler: handler } });
  if (!navigator.onLine)
    show('');
}
