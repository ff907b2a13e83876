// The values that pass between the files, and between book and page. Nothing here exists when the script runs.

/** A form of the sidebar, or of the ribbon. */
type FormName = 'log' | 'message' | 'promise' | 'dispute' | 'payment';

interface Field {
  name: string;
  label: string;
  kind: 'text' | 'note' | 'choice' | 'day' | 'amount' | 'count' | 'invoice';
  choices?: string[];
  /** Offered in a list, but any other text will do. */
  usual?: string[];
  hint?: string;
  needed?: boolean;
  /** Shares its line with the next. */
  half?: boolean;
  /** Lines of a note. */
  rows?: number;
}

interface Form {
  title: string;
  button: string;
  /** The field in which the cursor begins. */
  first: string;
  fields: Field[];
}

/** A tab as it was read: where its columns stand now, and the values of its rows. */
interface Table {
  sheet: GoogleAppsScript.Spreadsheet.Sheet;
  /** The row of the sheet, from 1, on which the first of `rows` stands. */
  first: number;
  /** The column, from 0, of each of the tab's names; -1 where a column is missing. */
  at: Record<string, number>;
  rows: any[][];
}

/** A row of a table: values as the book keeps them and texts as it shows them, both by name. */
interface Row {
  id: string;
  value: Record<string, any>;
  shown: Record<string, string>;
}

/** What is in front and selected. */
interface Selected {
  tab: string;
  /** ARC's id of the row, '' if it has none. */
  row: string;
  /** The customer whom the row is about, '' if nobody. */
  customer: string;
}

/** What a click asks for. */
interface Asked {
  request: string;
  action: string;
  tab: string;
  row: string;
  fields: Record<string, string>;
}

/** What became of a request. */
interface Answer {
  done: boolean;
  sentence: string;
  shown: Record<string, string>;
}

interface Invoice {
  number: string;
  due: string;
  days: number;
  balance: string;
  currency: string;
  status: string;
}

/** A promise that is open or broken, or a dispute that is open. */
interface Pledge {
  what: string;
  broken: boolean;
}

interface Happening {
  /** As it is shown. */
  when: string;
  /** Milliseconds since 1970, to sort by. */
  at: number;
  how: string;
  what: string;
  by: string;
}

/** All about one customer, as the book has it; every amount and date as the book shows it. */
interface Details {
  id: string;
  name: string;
  facts: Record<string, string>;
  late: boolean;
  invoices: Invoice[];
  pledges: Pledge[];
  happenings: Happening[];
  /** How many happenings there are, of which the latest are sent. */
  happened: number;
}

/** Whether the agent is at work. */
interface AgentState {
  awake: boolean;
  sentence: string;
}

/** What the page begins with. */
interface Opening {
  /** The book's id: what is typed for one book is not offered in another. */
  book: string;
  form: FormName | '';
  /** Chosen beforehand in the form. */
  preset: Record<string, string>;
  /** Ask the agent at once to fill the template in. */
  compose: boolean;
  /** Put the cursor on the phone link. */
  call: boolean;
}

/** What the server answers where something is in the way: one sentence with the remedy. */
interface Trouble {
  trouble: string;
}

interface Shown {
  details: Details | null;
  selection: Selected;
  agent: AgentState;
  user: string;
}

interface Heard {
  answer: Answer | null;
  agent: AgentState;
}
