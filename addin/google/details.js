/** All about one customer, from the book alone: so it is there while the agent sleeps. */

/** How many happenings go to the page; all of them stand on their tabs. */
const HAPPENINGS = 60;

/**
 * Returns the names of all customers, as the book has them.
 * @param {Table} customers
 * @returns {string[]}
 */
function namesOf_(customers) {
  const names = customers.rows.map((line) => String(line[customers.at.name]).trim());
  return [...new Set(names.filter(Boolean))].sort((a, b) => a.localeCompare(b));
}

/**
 * Returns the Details of a customer; null if there is none of this name.
 * @param {string} name
 * @param {Table} customers
 * @param {number} now milliseconds
 * @returns {Details | null}
 */
function detailsOf_(name, customers, now) {
  const wanted = folded_(name);
  const [customer] = wanted ? rowsOf_(customers, (cell) => folded_(cell('name')) === wanted) : [];
  if (!customer) return null;
  const mine = (/** @type {(column: string) => any} */ cell) => folded_(cell('customer')) === wanted;
  const invoices = rowsOf_(table_('invoices'), mine);
  const numbers = new Set(invoices.map((row) => folded_(row.shown.number)));
  const promises = rowsOf_(table_('promises'), mine);
  const disputes = rowsOf_(table_('disputes'), (cell) => numbers.has(folded_(cell('invoice'))));
  const happenings = [
    ...touches_(rowsOf_(table_('activity'), mine)),
    ...promises_(promises, now),
    ...disputes_(disputes),
    ...payments_(rowsOf_(table_('payments'), mine)),
  ].filter((one) => one.at <= now);
  happenings.sort((a, b) => b.at - a.at);
  return {
    id: customer.id,
    name: customer.shown.name,
    facts: customer.shown,
    late: Number(customer.value.overdue) > 0,
    invoices: openInvoices_(invoices),
    pledges: pledges_(promises, disputes),
    happenings: happenings.slice(0, HAPPENINGS),
    happened: happenings.length,
  };
}

/**
 * Returns the open invoices, the first due first.
 * @param {Row[]} rows
 * @returns {Invoice[]}
 */
function openInvoices_(rows) {
  const open = rows.filter((row) => Number(row.value.balance));
  open.sort((a, b) => moment_(a.value.due) - moment_(b.value.due));
  return open.map(({ value, shown }) => ({
    number: shown.number,
    due: shown.due,
    days: Number(value.days_overdue) || 0,
    balance: shown.balance,
    currency: shown.currency,
    status: shown.status,
  }));
}

/**
 * Returns what somebody must keep an eye on: broken promises first, then those to come, then open disputes.
 * @param {Row[]} promises
 * @param {Row[]} disputes
 * @returns {Pledge[]}
 */
function pledges_(promises, disputes) {
  const given = promises.filter(({ shown }) => ['open', 'broken'].includes(shown.state));
  given.sort((a, b) => a.shown.state.localeCompare(b.shown.state) || moment_(a.value.date) - moment_(b.value.date));
  return [
    ...given.map(({ shown }) => ({
      what: `Promise of ${shown.currency} ${shown.amount} by ${shown.date}${about_(shown.invoice, shown.plan)}`,
      broken: shown.state === 'broken',
    })),
    ...disputes.filter(({ shown }) => !shown.resolved).map(({ shown }) => ({
      what: `${shown.invoice} disputed${after_(shown.reason)}${about_(shown.owner)}`,
      broken: false,
    })),
  ];
}

/** @param {Row[]} rows */
function touches_(rows) {
  return rows.flatMap(({ value, shown }) =>
    happening_(value.when, shown.when, shown.channel + (shown.direction === 'In' ? ' in' : ''),
      list_(shown.outcome, shown.reason, shown.contact, shown.notes), shown.by));
}

/**
 * Promises twice: when they were given, and what became of them on their day, or today if they were kept before.
 * @param {Row[]} rows
 * @param {number} now milliseconds
 */
function promises_(rows, now) {
  return rows.flatMap(({ value, shown }) => {
    const amount = `${shown.currency} ${shown.amount}`;
    const about = about_(shown.invoice, shown.plan);
    const given = happening_(value.given, shown.given, 'Promise', `Promised ${amount} by ${shown.date}${about}`);
    if (!['kept', 'partly kept', 'broken'].includes(shown.state)) return given;
    const early = moment_(value.date) > now;
    const when = early ? local_(now).slice(0, 11) : shown.date;
    return [...given, ...happening_(early ? new Date(now) : value.date, when, 'Promise', `Promise of ${amount} ${shown.state}${about}`)];
  });
}

/** @param {Row[]} rows */
function disputes_(rows) {
  return rows.flatMap(({ value, shown }) => [
    ...happening_(value.opened, shown.opened, 'Dispute', `${shown.invoice} disputed${after_(shown.reason)}`, shown.owner),
    ...happening_(value.resolved, shown.resolved, 'Dispute', `Dispute of ${shown.invoice} resolved${after_(shown.resolution)}`, shown.owner),
  ]);
}

/** @param {Row[]} rows */
function payments_(rows) {
  /** @type {Record<string, (amount: string) => string>} */
  const tells = {
    payment: (amount) => `Paid ${amount}`,
    'credit note': (amount) => `Credit note of ${amount}`,
    'write-off': (amount) => `${amount} written off`,
    refund: (amount) => `${amount} paid back`,
  };
  return rows.flatMap(({ value, shown }) => {
    const tell = tells[shown.type];
    return tell ? happening_(value.date, shown.date, 'Payment', list_(tell(`${shown.currency} ${shown.amount}`), shown.applied_to, shown.reference)) : [];
  });
}

/**
 * Returns a happening in a list, or none where there is no date.
 * @param {any} cell
 * @param {string} when
 * @param {string} how
 * @param {string} what
 * @param {string} [by]
 * @returns {Happening[]}
 */
function happening_(cell, when, how, what, by = '') {
  const at = moment_(cell);
  return Number.isNaN(at) ? [] : [{ when, at, how, what: what.replace(/\s+/g, ' '), by }];
}

/** @param {string} text */
function after_(text) {
  return text ? `: ${text}` : '';
}

/**
 * Returns what is there, with commas between it.
 * @param {...string} parts
 */
function list_(...parts) {
  return parts.filter(Boolean).join(', ');
}

/**
 * Returns what is there, each with a comma before it, to go on with.
 * @param {...string} parts
 */
function about_(...parts) {
  return parts.filter(Boolean).map((part) => `, ${part}`).join('');
}
