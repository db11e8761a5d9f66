// The errors of a refused form.

/** They take the focus, so that they are read first; a field that somebody is in already keeps it. */
export function focusErrors() {
  if (document.activeElement === document.body) document.getElementById("errors")?.focus();
}
