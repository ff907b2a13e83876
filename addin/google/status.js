/** What Status and Help say. */

const HELP = [
  'Details shows the customer of the selected row: contacts, balance, open invoices and what has happened. There you log calls, take promises, raise disputes, record payments and write messages.',
  'What you ask for is carried out by ARC\'s agent, which runs on your firm\'s own computer. While it sleeps, requests wait.',
  'White cells are yours, pale grey ones ARC\'s, cream ones wait for you. What ARC cannot settle stands on Issues.',
  'To change who is named beside what you do: ARC > Your name.',
];

/**
 * Returns how things stand, in sentences.
 * @param {number} now milliseconds
 * @returns {string[]}
 */
function statusOf_(now) {
  const kept = kept_();
  const answered = new Set(idsOf_(hidden_(RESULTS, RESULT_HEADERS)));
  const waiting = idsOf_(queue_()).filter((id) => id && !answered.has(id)).length;
  const waits = waiting === 1 ? '1 request waits.' : `${waiting || 'No'} requests wait.`;
  return [agentState_(kept, now).sentence, waits, `You are ${knownUser_() || 'not named yet'}. Menu ${VERSION}, protocol ${PROTOCOL}.`];
}
