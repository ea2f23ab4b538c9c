// Draws one diagram after the other for the page around this one, by Mermaid in its strict mode.
let mermaid;
let theme;
let count = 0;
let last = Promise.resolve();

async function draw({ source, dark }) {
  mermaid ??= (await import('../lib/mermaid/mermaid.esm.min.mjs')).default;
  if (theme !== dark) {
    theme = dark;
    mermaid.initialize({
      startOnLoad: false, securityLevel: 'strict', htmlLabels: false, flowchart: { htmlLabels: false },
      theme: dark ? 'dark' : 'neutral', suppressErrorRendering: true, maxTextSize: 20000,
    });
  }

  return (await mermaid.render(`diagram-${count++}`, source)).svg;
}

addEventListener('message', event => {
  if (event.origin !== location.origin || event.source !== parent)
    return;
  const [port] = event.ports;
  last = last.then(() => draw(event.data)).then(svg => port?.postMessage({ svg }), () => port?.postMessage({ svg: null }));
});
parent.postMessage('diagram-ready', location.origin);
