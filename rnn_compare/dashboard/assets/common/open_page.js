// Leads this window to another page of the server, once for each serial number.

let opened = 0;

export function render({ data: { page, serial } }) {
  if (serial <= opened) return;
  opened = serial;
  location.assign(new URL(page, document.baseURI));
}
