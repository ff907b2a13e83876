/** Errors for a person: what is in the way, and what to do about it. */

class Sentence extends Error {}

/**
 * Runs what a page asked the server for. A sentence for a person comes back as a value, since the page gets no more
 * than the text of an error; whatever else goes wrong is a fault of ours, and Google shows it as one.
 * @template T
 * @param {() => T} work
 * @returns {T | Trouble}
 */
function told_(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Sentence) return { trouble: error.message };
    throw error;
  }
}

/**
 * Runs a menu item; a sentence is shown in a box.
 * @param {() => void} work
 */
function alerting_(work) {
  const outcome = told_(work);
  if (outcome) SpreadsheetApp.getUi().alert('ARC', outcome.trouble, SpreadsheetApp.getUi().ButtonSet.OK);
}
