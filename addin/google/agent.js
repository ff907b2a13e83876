/** What the hidden tab _ARC says: whose book this is, and whether the agent is at work. */

/** Seconds within which a working agent gives a sign of life, unless the book says otherwise. */
const USUAL_SIGN = 300;

/**
 * Returns what stands on _ARC, by name.
 * @returns {Record<string, string>}
 */
function kept_() {
  const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheetByName(HIDDEN);
  if (!sheet) throw new Sentence('This spreadsheet lacks the hidden tab _ARC: it is not one that ARC keeps. Open the one whose address stands in arc.toml.');
  const many = sheet.getLastRow();
  const lines = many ? sheet.getRange(1, 1, many, 2).getValues() : [];
  return Object.fromEntries(lines.map(([name, value]) => [String(name), String(value)]));
}

/**
 * Says whether the agent is at work, from its last sign of life.
 * @param {Record<string, string>} kept
 * @param {number} now milliseconds
 * @returns {AgentState}
 */
function agentState_(kept, now) {
  const seen = Date.parse(kept.agent || '');
  if (Number.isNaN(seen)) {
    return { awake: false, sentence: 'The agent has never run. What you ask for waits until it does: start it with arc agent run.' };
  }
  const every = Number(kept.agent_every) || USUAL_SIGN;
  if (now - seen <= 2 * every * 1000) return { awake: true, sentence: `The agent is at work, seen at ${local_(seen).slice(12)}.` };
  return { awake: false, sentence: `The agent was last seen ${local_(seen)}. What you ask for waits until it runs: start it with arc agent run.` };
}

/**
 * Refuses to ask an agent that would not understand.
 * @param {Record<string, string>} kept
 */
function checkProtocol_(kept) {
  const theirs = Number(kept.protocol || PROTOCOL);
  if (theirs > PROTOCOL) throw new Sentence('This menu is older than the agent; install it again with arc google install-menu.');
  if (theirs < PROTOCOL) throw new Sentence('The agent is older than this menu; update ARC on the machine where it runs.');
}

/**
 * Returns a moment as the spreadsheet's clock shows it: 26 Nov 2026 09:15.
 * @param {number} moment milliseconds
 */
function local_(moment) {
  return Utilities.formatDate(new Date(moment), SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone(), 'dd MMM yyyy HH:mm');
}

/**
 * Returns a moment as requests have it: UTC, to the second.
 * @param {number} moment milliseconds
 */
function utc_(moment) {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}
