/**
 * Whose name a request gets. The script may not ask Google who is clicking (that would need another permission), so
 * it asks the person, once.
 */

const USER_KEY = 'arc.user';

/** Returns the name that this person gave, '' if none yet. */
function knownUser_() {
  return PropertiesService.getUserProperties().getProperty(USER_KEY) || '';
}

/** Returns the name that this person gave; raises where they have given none. */
function user_() {
  const name = knownUser_();
  if (!name) throw new Sentence('ARC does not know your name yet; give it in ARC > Your name.');
  return name;
}

/**
 * Keeps a name, on one line.
 * @param {string} name
 */
function keepUser_(name) {
  const line = name.replace(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, 80);
  if (!/[\p{L}\p{N}]/u.test(line)) throw new Sentence('A name has letters; type yours.');
  PropertiesService.getUserProperties().setProperty(USER_KEY, line);
  return line;
}

/** Asks for the name in a box; returns '' if the person would rather not say. */
function askUser_() {
  const ui = SpreadsheetApp.getUi();
  const known = knownUser_();
  const reply = ui.prompt('ARC', `Your name, as it shall stand beside what you do${known ? ` (now ${known})` : ''}:`, ui.ButtonSet.OK_CANCEL);
  return reply.getSelectedButton() === ui.Button.OK ? keepUser_(reply.getResponseText()) : '';
}
