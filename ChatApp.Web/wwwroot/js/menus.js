// Menus are popovers: the browser closes them; their place and their arrow keys are ours.
function place(menu, button) {
  const box = button.getBoundingClientRect();
  const gap = 4;
  menu.style.margin = '0';
  menu.style.inset = 'auto';
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
  const below = box.bottom + gap;
  const top = below + height > innerHeight - 8 ? Math.max(8, box.top - gap - height) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

const items = menu => [...menu.querySelectorAll('[role^=menuitem]')];

export function startMenus() {
  document.addEventListener('toggle', event => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches('.menu, .passage'))
      return;
    // Several buttons may open one passage: it belongs to the one that was used.
    const buttons = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)];
    const button = buttons.find(candidate => candidate === document.activeElement || candidate.matches(':hover')) ?? buttons[0];
    button?.setAttribute('aria-expanded', event.newState === 'open');
    if (event.newState !== 'open' || !button)
      return;
    place(menu, button);
    if (menu.classList.contains('menu'))
      (menu.querySelector('[aria-checked=true]') ?? items(menu)[0])?.focus();
  }, true);

  document.addEventListener('keydown', event => {
    const menu = event.target.closest?.('.menu');
    if (!menu)
      return;
    const all = items(menu);
    const at = all.indexOf(document.activeElement);
    const go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (go === undefined)
      return;
    event.preventDefault();
    all[(go + all.length) % all.length]?.focus();
  });

  document.addEventListener('click', event => {
    event.target.closest('.menu [role^=menuitem]')?.closest('.menu').hidePopover();
  });
}
