// Settings take effect at once; cookies make the next first paint right.
const root = document.documentElement;
const path = new URL(document.baseURI).pathname;
const year = 365 * 24 * 3600;

export function setCookie(name, value) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = value
    ? `${name}=${encodeURIComponent(value)}; Path=${path}; Max-Age=${year}; SameSite=Lax${secure}`
    : `${name}=; Path=${path}; Max-Age=0; SameSite=Lax${secure}`;
}

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? null;

export function forgetInstructions() {
  localStorage.removeItem('chatapp.instructions');
}

const apply = {
  theme(value) {
    root.dataset.theme = value;
    setCookie('chatapp.theme', value);
  },
  font(value) {
    root.dataset.font = value;
    setCookie('chatapp.font', value);
  },
  language(value) {
    setCookie('.AspNetCore.Culture', `c=${value}|uic=${value}`);
    location.reload();
  },
  instructions(value) {
    if (value.trim())
      localStorage.setItem('chatapp.instructions', value);
    else
      forgetInstructions();
  },
};

export function startSettings() {
  setCookie('chatapp.zone', zone());
  document.addEventListener('change', event => {
    const setting = event.target.dataset?.setting;
    if (setting)
      apply[setting]?.(event.target.value);
  });
  document.addEventListener('opened', event => {
    const instructions = event.target.querySelector('[data-setting=instructions]');
    if (instructions)
      instructions.value = localStorage.getItem('chatapp.instructions') ?? '';
    const theme = event.target.querySelector('[data-setting=theme]');
    if (theme)
      theme.value = root.dataset.theme;
    const font = event.target.querySelector('[data-setting=font]');
    if (font)
      font.value = root.dataset.font;
  });
}
