// The worker is all that an installed page needs; where there is none the page is the same.
export function startWorker() {
  navigator.serviceWorker?.register('/sw.js').catch(() => {});
}
