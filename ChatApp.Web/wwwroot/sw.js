// Makes the page installable and gives it something to show without a network. It keeps three files of its own and
// answers only for whole pages that could not be fetched: no chat is ever kept here.
const cacheName = 'chatapp-offline-2';
const kept = ['offline', 'css/offline.css', 'icons/icon.svg'].map(path => new URL(path, location).pathname);

self.addEventListener('install', event => {
  event.waitUntil(caches.open(cacheName).then(cache => cache.addAll(kept)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name !== cacheName)
        await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', event => {
  const { request } = event;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match(kept[0])));
    return;
  }
  // Style and picture of that page, when they cannot be fetched either.
  const { origin, pathname } = new URL(request.url);
  if (origin === location.origin && kept.includes(pathname))
    event.respondWith(fetch(request).catch(() => caches.match(pathname)));
});
