// The address of a part of this server, whatever path it is reached under.
export const here = path => new URL(path, document.baseURI).href;
