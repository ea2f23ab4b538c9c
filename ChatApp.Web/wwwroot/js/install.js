// The worker is all that an installed page needs; where there is none the page is the same.
import { here } from './base.js';

export function startWorker() {
  navigator.serviceWorker?.register(here('sw.js')).catch(() => {});
}
